#include "ops/data_directory.hpp"

#include "base/file_access.hpp"
#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

failure unusable(const std::string& path, std::string_view why) {
  return fail(errc::storage_failed,
              fmt::format("the data directory {} {}", sanitize_for_log(path, 512), why));
}

/// What was made on the way, and goes again unless all is well and it is to stay.
class made_directories {
 public:
  made_directories() = default;
  ~made_directories() {
    for (auto one = made_.rbegin(); one != made_.rend(); ++one)
      ::rmdir(one->c_str());
  }
  made_directories(const made_directories&) = delete;
  made_directories& operator=(const made_directories&) = delete;

  void add(const std::filesystem::path& one) { made_.push_back(one); }
  void keep() { made_.clear(); }

 private:
  std::vector<std::filesystem::path> made_;
};

/// `mkdir -p`, but 0700 all the way.
result<void> make_directories(const std::string& path, made_directories& made) {
  std::filesystem::path so_far;
  for (const auto& part : std::filesystem::path(path)) {
    so_far /= part;
    if (part.empty()) continue;
    if (::mkdir(so_far.c_str(), 0700) == 0) {
      made.add(so_far);
      continue;
    }
    const int error = errno;
    struct stat status {};
    if (::stat(so_far.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) continue;
    return unusable(path, fmt::format("cannot be made: {}: {}; choose another with --data",
                                      sanitize_for_log(so_far.native(), 512),
                                      std::generic_category().message(error)));
  }
  return {};
}

result<void> make_usable(const std::string& path, made_directories& made) {
  if (auto done = make_directories(path, made); !done) return done;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return unusable(path, "cannot be looked at: " + std::generic_category().message(errno));
  if (status.st_uid != ::geteuid())
    return unusable(path,
                    fmt::format("belongs to {}, and this is {}: run asio-chatd as that user{}, "
                                "or choose another with --data",
                                user_text(status.st_uid), user_text(::geteuid()),
                                ::geteuid() == 0 ? " (--user)" : ""));
  if ((status.st_mode & 022) != 0)
    return unusable(path, fmt::format("may be written by others (mode {:04o}); close it with: "
                                      "chmod 700 {}",
                                      status.st_mode & 07777, shell_word(path)));
  if (const auto why = obstacle_in(path)) return unusable(path, "cannot be written to: " + *why);
  return {};
}

} // namespace

result<void> prepare_data_directory(const std::string& path) {
  made_directories made;
  auto done = make_usable(path, made);
  if (done) made.keep();
  return done;
}

result<void> check_data_directory(const std::string& path) {
  // Nothing but making it shows whether it can be made: think of /proc, quotas, read-only disks.
  made_directories made;
  return make_usable(path, made);
}

} // namespace asio_chat::ops
