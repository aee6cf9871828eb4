#include "journal/sqlite/new_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

failure cannot_be_written(const std::string& path, int error) {
  return fail(errc::storage_failed, fmt::format("'{}' cannot be written: {}", path,
                                                std::generic_category().message(error)));
}

/// A file whose maker was killed is taken over, one that is being made is not.
/// @return the open file, or the negative number of an error
int open_unfinished(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd < 0) return -errno;
  struct stat opened {
  }, named{};
  int error = 0;
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    error = errno;
  } else if (::fstat(fd, &opened) != 0 || !S_ISREG(opened.st_mode) ||
             ::stat(path.c_str(), &named) != 0 || named.st_ino != opened.st_ino) {
    error = EWOULDBLOCK; // it was published meanwhile
  } else if (opened.st_uid != ::geteuid()) {
    error = EPERM; // its owner would have what is written
  } else if (::fchmod(fd, 0600) != 0 || ::ftruncate(fd, 0) != 0) {
    error = errno;
  }
  if (error == 0) return fd;
  ::close(fd);
  return -error;
}

failure already_there(const std::string& path) {
  return fail(errc::bad_setting, fmt::format("'{}' is there already and is not overwritten", path));
}

bool sync(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = ::fsync(fd) == 0;
  ::close(fd);
  return done;
}

/// 0, or the number of an error.
int rename_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that cannot do both at once.
  if (::access(to.c_str(), F_OK) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

} // namespace

result<new_file> new_file::make(const std::string& path) {
  if (::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    return already_there(path);
  const std::string unfinished = path + suffix;
  const int fd = open_unfinished(unfinished);
  if (fd == -EWOULDBLOCK)
    return fail(errc::bad_setting, fmt::format("'{}' is being written by another program, into "
                                               "'{}': wait for it, or name another file",
                                               path, unfinished));
  if (fd < 0) return cannot_be_written(path, -fd);
  return new_file(path, fd);
}

new_file::~new_file() {
  if (!path_.empty()) ::unlink(unfinished().c_str());
  if (fd_ >= 0) ::close(fd_);
}

result<void> new_file::publish() {
  if (!sync(unfinished(), O_RDONLY)) return cannot_be_written(path_, errno);
  if (const int error = rename_without_replacing(unfinished(), path_))
    return error == EEXIST ? already_there(path_) : cannot_be_written(path_, error);
  const auto parent = std::filesystem::path(path_).parent_path();
  const std::string path = std::exchange(path_, {});
  if (!sync(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY))
    return cannot_be_written(path, errno);
  return {};
}

} // namespace asio_chat::sqlite
