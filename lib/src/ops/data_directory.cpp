#include "ops/data_directory.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

failure unusable(const std::string& path, std::string_view why) {
  return fail(errc::bad_setting,
              fmt::format("the data directory {} {}", sanitize_for_log(path, 512), why));
}

/// `mkdir -p`, but 0700 all the way.
result<void> make_directories(const std::string& path) {
  std::filesystem::path so_far;
  for (const auto& part : std::filesystem::path(path)) {
    so_far /= part;
    if (part.empty() || ::mkdir(so_far.c_str(), 0700) == 0) continue;
    const int error = errno;
    struct stat status {};
    if (::stat(so_far.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) continue;
    return unusable(path, fmt::format("cannot be made: {}: {}; choose another with --data",
                                      sanitize_for_log(so_far.native(), 512),
                                      std::generic_category().message(error)));
  }
  return {};
}

} // namespace

result<void> prepare_data_directory(const std::string& path) {
  if (auto made = make_directories(path); !made) return made;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return unusable(path, "cannot be looked at: " + std::generic_category().message(errno));
  if (status.st_uid != ::geteuid())
    return unusable(path, fmt::format("belongs to another user (id {}); choose another with --data",
                                      status.st_uid));
  if ((status.st_mode & 022) != 0)
    return unusable(path, fmt::format("may be written by others (mode {:04o}); close it with: "
                                      "chmod 700 '{}'",
                                      status.st_mode & 07777, path));
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    return unusable(path, "cannot be written to: " + std::generic_category().message(errno));
  return {};
}

} // namespace asio_chat::ops
