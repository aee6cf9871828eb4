#include "base/file_access.hpp"

#include "base/file.hpp"
#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace asio_chat {

namespace {

std::optional<std::string> name_of_user(uid_t id) {
  std::array<char, 4'096> memory;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(id, &entry, memory.data(), memory.size(), &found) != 0 || !found) return {};
  return std::string(found->pw_name);
}

/// As chown and chmod take them.
std::string account(uid_t id) {
  return name_of_user(id).value_or(std::to_string(id));
}

std::string why_not(const std::string& path, const struct stat& status, int error) {
  const uid_t me = ::geteuid();
  switch (error) {
  case EROFS:
    return fmt::format("'{}' is on a file system that can only be read: mount it for writing, or "
                       "choose another as storage.directory (asio-chatd: --data)",
                       path);
  case EPERM:
    return fmt::format("'{}' is marked as not to be changed: chattr -i {}", path, shell_word(path));
  case EACCES:
    if (status.st_uid != me)
      return fmt::format("'{}' belongs to {}, and this is {}: chown {} {}", path,
                         user_text(status.st_uid), user_text(me), account(me), shell_word(path));
    return fmt::format("'{}' has mode {:04o}: chmod {} {}", path, status.st_mode & 07777,
                       S_ISDIR(status.st_mode) ? "700" : "600", shell_word(path));
  default:
    return fmt::format("'{}' cannot be used: {}", path, errno_text(error));
  }
}

} // namespace

std::string user_text(unsigned id) {
  const auto name = name_of_user(id);
  return name ? fmt::format("{} (id {})", *name, id) : fmt::format("the user with id {}", id);
}

std::optional<std::string> wrong_kind_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISREG(status.st_mode)) return {};
    return fmt::format("'{}' is no file: move it away", path);
  }
  const int error = errno;
  if (error != ENOENT) return fmt::format("'{}' cannot be looked at: {}", path, errno_text(error));
  if (::lstat(path.c_str(), &status) != 0) return {};
  return fmt::format("'{}' is a link that leads nowhere: remove it, or put back what it leads to",
                     path);
}

std::optional<std::string> obstacle_to(const std::string& path, file_use use) {
  if (auto wrong = wrong_kind_of(path)) return wrong;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  const int mode = use == file_use::reading ? R_OK : R_OK | W_OK;
  if (::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0) return {};
  return why_not(path, status, errno);
}

std::optional<std::string> obstacle_in(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0)
    return fmt::format("'{}' cannot be looked at: {}", directory, errno_text(errno));
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return why_not(directory, status, errno);
  return {};
}

std::optional<std::string> lack_of_room(const std::string& directory) {
  struct statvfs system {};
  if (::statvfs(directory.c_str(), &system) != 0) return {};
  if (system.f_blocks > 0 && system.f_bavail == 0)
    return fmt::format("'{}' is on a disk that is full: make room on it", directory);
  if (system.f_files > 0 && system.f_favail == 0)
    return fmt::format("'{}' is on a file system that has as many files as it can have (df -i): "
                       "remove some",
                       directory);
  return {};
}

result<void> try_writing_in(const std::string& directory, std::size_t bytes) {
  const auto cannot = [&](int error) {
    auto why = obstacle_in(directory);
    if (!why) why = lack_of_room(directory);
    return fail(errc::storage_failed,
                why ? *why
                    : fmt::format("'{}' takes no new file: {}{}", directory, errno_text(error),
                                  error == ENOSPC || error == EDQUOT ? "; make room in it" : ""));
  };
  std::string path = directory + "/.asio-chatd-XXXXXX";
  const file_descriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (file.get() < 0) return cannot(errno);
  ::unlink(path.c_str());
  const std::vector<char> zeros(bytes);
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t n = ::write(file.get(), zeros.data() + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return cannot(n < 0 ? errno : ENOSPC);
    done += static_cast<std::size_t>(n);
  }
  return ::fsync(file.get()) == 0 ? result<void>() : cannot(errno);
}

} // namespace asio_chat
