#include "base/atomic_file.hpp"

#include "base/file_access.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat {

namespace {

namespace fs = std::filesystem;

failure cannot_write(const std::string& path, int error) {
  // The system's words are the same for bytes and for inodes.
  const std::string directory = fs::path(path).parent_path();
  const auto lack =
      error == ENOSPC ? lack_of_room(directory.empty() ? "." : directory) : std::nullopt;
  return fail(errc::storage_failed,
              fmt::format("'{}' cannot be written: {}", path, lack ? *lack : errno_text(error)));
}

failure already_there(const std::string& path) {
  return fail(errc::bad_setting, fmt::format("'{}' is there already and is not overwritten", path));
}

/// A file whose maker was killed is taken over, one that is being made is not.
/// @return 0, or the number of an error
int open_unfinished(const std::string& path, file_descriptor& opened) {
  opened = file_descriptor(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (opened.get() < 0) return errno;
  if (const int error = try_lock(opened)) return error;
  struct stat status {
  }, named{};
  if (::fstat(opened.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      ::stat(path.c_str(), &named) != 0 || named.st_ino != status.st_ino)
    return EWOULDBLOCK; // it was published meanwhile
  if (status.st_uid != ::geteuid() || status.st_nlink != 1)
    return EPERM; // it is somebody else's, too
  return ::fchmod(opened.get(), 0600) == 0 && ::ftruncate(opened.get(), 0) == 0 ? 0 : errno;
}

/// @return 0, or the number of an error
int rename_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that cannot do both at once.
  if (::access(to.c_str(), F_OK) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

} // namespace

result<atomic_file> atomic_file::make(const std::string& named, existing e) {
  std::string path = named;
  std::error_code ec;
  if (e == existing::refused) {
    if (::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
      return already_there(path);
  } else if (std::error_code not_there; fs::is_symlink(path, not_there)) {
    path = fs::weakly_canonical(path, ec).string();
    if (ec) return cannot_write(named, ec.value());
  }
  if (fs::is_directory(path, ec)) return cannot_write(path, EISDIR);
  const std::string unfinished = path + suffix;
  file_descriptor file;
  const int error = open_unfinished(unfinished, file);
  if (error == EWOULDBLOCK)
    return fail(errc::bad_setting, fmt::format("'{}' is being written by another program, into "
                                               "'{}': wait for it, or name another file",
                                               path, unfinished));
  if (error != 0) return cannot_write(path, error);
  return atomic_file(std::move(path), e, std::move(file));
}

result<atomic_file> atomic_file::make(const std::string& path, existing e,
                                      std::string_view content) {
  auto made = make(path, e);
  if (!made) return made;
  if (auto written = made->write(content); !written) return written.error();
  return made;
}

atomic_file::~atomic_file() {
  if (!path_.empty()) ::unlink(unfinished().c_str());
}

result<void> atomic_file::write(std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(file_.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return cannot_write(path_, n == 0 ? ENOSPC : errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

result<void> atomic_file::give_to(uid_t user, gid_t group) {
  if (::fchown(file_.get(), user, group) == 0) return {};
  return cannot_write(path_, errno);
}

result<void> atomic_file::publish(mode_t mode) {
  if (::fchmod(file_.get(), mode) != 0 || ::fsync(file_.get()) != 0)
    return cannot_write(path_, errno);
  if (existing_ == existing::replaced) {
    if (::rename(unfinished().c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
  } else if (const int error = rename_without_replacing(unfinished(), path_)) {
    return error == EEXIST ? already_there(path_) : cannot_write(path_, error);
  }
  const std::string path = std::exchange(path_, {});
  if (const int error = sync_directory_of(path)) return cannot_write(path, error);
  return {};
}

result<void> keep_as_old(const std::string& named) {
  const std::string old = named + ".old";
  std::error_code ec;
  const std::string path = fs::canonical(named, ec).string();
  if (ec) return cannot_write(named, ec.value());
  if (::unlink(old.c_str()) != 0 && errno != ENOENT) return cannot_write(old, errno);
  if (::link(path.c_str(), old.c_str()) != 0) return cannot_write(old, errno);
  return {};
}

} // namespace asio_chat
