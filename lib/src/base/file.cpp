#include "base/file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace asio_chat {

file_descriptor::~file_descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

bool is_there(const std::string& path) {
  std::error_code denied;
  return std::filesystem::exists(path, denied) || denied;
}

std::string directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

int try_lock(const file_descriptor& file) noexcept {
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

result<file_descriptor> lock_directory(const std::string& directory, const std::string& what) {
  file_descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto refuse = [&](int error) {
    return fail(errc::bad_setting,
                fmt::format("{} '{}' cannot be used: {}", what, directory, errno_text(error)));
  };
  if (lock.get() < 0) return refuse(errno);
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return refuse(errno);
  }
  return lock;
}

int sync_directory_of(const std::string& path) {
  const file_descriptor directory(
      ::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.get() >= 0 && ::fsync(directory.get()) == 0 ? 0 : errno;
}

} // namespace asio_chat
