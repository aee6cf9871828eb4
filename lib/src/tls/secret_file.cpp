#include "tls/secret_file.hpp"

#include "tls/file.hpp"

#include <fmt/format.h>

#include <openssl/crypto.h>

#include <sys/stat.h>

namespace asio_chat::tls {

namespace {

bool private_enough(const struct stat& status) {
  if ((status.st_mode & 077) == 0) return true;
  return status.st_uid == 0 && (status.st_mode & 037) == 0;
}

} // namespace

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

result<std::string> read_secret_file(const std::string& path, const std::string& what) {
  auto file = open_for_reading(path, what);
  if (!file) return file.error();
  // The open file is asked, not the path: what is checked is what is read.
  struct stat status {};
  if (::fstat(file->get(), &status) != 0 || !private_enough(status))
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' is open to others than its owner (mode {:04o}); "
                            "close it with: chmod 600 '{}'",
                            what, path, status.st_mode & 07777, path));
  return read_all(*file, path, what);
}

result<std::string> read_passphrase_file(const std::string& path) {
  auto text = read_secret_file(path, "the passphrase file");
  if (!text) return text;
  std::string line = text->substr(0, text->find_first_of("\r\n"));
  wipe(*text);
  if (line.empty())
    return fail(errc::bad_certificate_file,
                fmt::format("the passphrase file '{}' has no passphrase in its first line", path));
  return line;
}

} // namespace asio_chat::tls
