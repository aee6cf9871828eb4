#include "tls/file.hpp"

#include "base/file.hpp"
#include "base/file_access.hpp"
#include "base/sanitize.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <array>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::tls {

namespace {

constexpr int max_wait_ms = 1'000;
constexpr std::size_t max_bytes = std::size_t{8} << 20;

/// Something to read, or the end. One that stays silent for so long has neither.
bool has_more(int fd) {
  pollfd pipe{fd, POLLIN, 0};
  int ready = 0;
  do
    ready = ::poll(&pipe, 1, max_wait_ms);
  while (ready < 0 && errno == EINTR);
  return ready == 1;
}

bool private_enough(const struct stat& status) {
  if ((status.st_mode & 077) == 0) return true;
  return status.st_uid == 0 && (status.st_mode & 037) == 0;
}

std::string why_refused(const std::string& path) {
  if (auto obstacle = obstacle_to(path, file_use::reading)) return *std::move(obstacle);
  return "owner and mode allow it, but asio-chatd is confined to the directories of its start; "
         "restart it";
}

result<file_descriptor> open_for_reading(const std::string& path, const std::string& what) {
  // A pipe may be what a shell makes of <(command), or something that is never written into:
  // opening and reading that one would wait for ever.
  file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    const int error = errno;
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' cannot be read: {}", what, path,
                            error == EACCES ? why_refused(path) : errno_text(error)));
  }
  struct stat about {};
  if (::fstat(file.get(), &about) == 0 && S_ISFIFO(about.st_mode) && !has_more(file.get()))
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' cannot be read: it is a pipe without a writer", what, path));
  return file;
}

result<std::string> read_all(const file_descriptor& file, const std::string& path,
                             const std::string& what) {
  // A key fits into the first reservation, so that growing leaves no copy of it behind.
  std::array<char, 16384> chunk;
  std::string text;
  text.reserve(chunk.size());
  struct at_end {
    std::array<char, 16384>& used;
    ~at_end() { OPENSSL_cleanse(used.data(), used.size()); }
  } const wipe_chunk{chunk};
  const auto refuse = [&](const std::string& why) {
    wipe(text);
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' cannot be read: {}", what, path, why));
  };
  for (;;) {
    const ssize_t n = ::read(file.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      if (has_more(file.get())) continue;
      return refuse("it is a pipe or a device that does not end");
    }
    if (n < 0) return refuse(errno_text(errno));
    if (n == 0) return text;
    if (text.size() + static_cast<std::size_t>(n) > max_bytes)
      return refuse("it is larger than 8 MiB");
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

} // namespace

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

result<std::string> read_file(const std::string& path, const std::string& what) {
  const auto file = open_for_reading(path, what);
  if (!file) return file.error();
  return read_all(*file, path, what);
}

result<std::string> read_secret_file(const std::string& path, const std::string& what) {
  auto file = open_for_reading(path, what);
  if (!file) return file.error();
  // The open file is asked, not the path: what is checked is what is read.
  struct stat status {};
  if (::fstat(file->get(), &status) != 0 || !private_enough(status))
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' is open to others than its owner (mode {:04o}); "
                            "close it with: chmod 600 {}",
                            what, path, status.st_mode & 07777, shell_word(path)));
  return read_all(*file, path, what);
}

result<std::string> read_passphrase_file(const std::string& path, const std::string& what) {
  auto text = read_secret_file(path, fmt::format("the {} file", what));
  if (!text) return text;
  std::string line = text->substr(0, text->find_first_of("\r\n"));
  wipe(*text);
  if (line.empty())
    return fail(errc::bad_certificate_file,
                fmt::format("the {0} file '{1}' has no {0} in its first line", what, path));
  return line;
}

} // namespace asio_chat::tls
