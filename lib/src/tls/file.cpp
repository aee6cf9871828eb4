#include "tls/file.hpp"

#include "tls/secret_file.hpp"

#include <fmt/format.h>

#include <openssl/crypto.h>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::tls {

namespace {

constexpr int longest_wait_ms = 1'000;
constexpr std::size_t most_bytes = std::size_t{8} << 20;

/// Something to read, or the end. One that stays silent for so long has neither.
bool has_more(int fd) {
  pollfd pipe{fd, POLLIN, 0};
  int ready = 0;
  do
    ready = ::poll(&pipe, 1, longest_wait_ms);
  while (ready < 0 && errno == EINTR);
  return ready == 1;
}

} // namespace

result<file_descriptor> open_for_reading(const std::string& path, const std::string& what) {
  // A pipe may be what a shell makes of <(command), or something that is never written into:
  // opening and reading that one would wait for ever.
  file_descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0)
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' cannot be read: {}", what, path, errno_text(errno)));
  struct stat about {};
  if (::fstat(file.get(), &about) == 0 && S_ISFIFO(about.st_mode) && !has_more(file.get()))
    return fail(
        errc::bad_certificate_file,
        fmt::format("{} '{}' cannot be read: it is a pipe that nobody writes into", what, path));
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
    if (text.size() + static_cast<std::size_t>(n) > most_bytes)
      return refuse("it is larger than 8 MiB");
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

} // namespace asio_chat::tls
