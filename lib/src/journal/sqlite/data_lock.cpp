#include "journal/sqlite/data_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

failure unusable(const std::string& directory, const std::string& why) {
  return fail(errc::storage_failed, fmt::format("the data directory '{}' {}", directory, why));
}

/// What the holder of the lock wrote; empty if that is no number.
std::string process_in(int fd) {
  char text[16];
  const ssize_t length = ::pread(fd, text, sizeof text, 0);
  std::string id(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  id.erase(std::find(id.begin(), id.end(), '\n'), id.end());
  const bool digits =
      std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits ? id : std::string();
}

} // namespace

result<data_lock> data_lock::take(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 && errno == ENOENT) {
    return unusable(directory, fmt::format("does not exist: make it with: mkdir -m 700 '{}', or "
                                           "choose another with --data",
                                           directory));
  }
  const std::string path = directory + "/journal.lock";
  data_lock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.file_.get() < 0) {
    return unusable(directory, fmt::format("cannot be written to: {}; choose another with --data",
                                           errno_text(errno)));
  }
  if (const int error = try_lock(lock.file_)) {
    if (error != EWOULDBLOCK) {
      return unusable(directory, fmt::format("cannot be locked: {}; choose another with --data",
                                             errno_text(error)));
    }
    const std::string process = process_in(lock.file_.get());
    return unusable(directory,
                    fmt::format("is in use by another asio-chatd{}: stop that one, or choose "
                                "another directory with --data",
                                process.empty() ? "" : fmt::format(" (process {})", process)));
  }
  // Only for those who find it locked: without it the lock is as good.
  const std::string id = fmt::format("{}\n", ::getpid());
  const int file = lock.file_.get();
  if (::ftruncate(file, 0) == 0) (void)!::pwrite(file, id.data(), id.size(), 0);
  return lock;
}

} // namespace asio_chat::sqlite
