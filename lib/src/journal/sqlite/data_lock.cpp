#include "journal/sqlite/data_lock.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>

#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

failure unusable(const std::string& directory, const std::string& why) {
  return fail(errc::storage_failed, fmt::format("the data directory '{}' {}", directory, why));
}

const error_code used_by_another(EBUSY, boost::system::generic_category());

failure in_use(const std::string& directory, std::optional<int> process) {
  failure why = unusable(
      directory, fmt::format("is in use by another asio-chatd{}: stop that one, or choose another "
                             "as storage.directory (asio-chatd: --data)",
                             process ? fmt::format(" (process {})", *process) : ""));
  why.code = used_by_another;
  return why;
}

/// The files that this process has locked, and not one that it was forked from: to open one of them
/// once more, and to close it, would drop SQLite's locks.
class locked_here {
 public:
  bool contains(const file_identity& f) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(f);
    return found != files_.end() && found->second == ::getpid();
  }
  void add(const file_identity& f) {
    const std::lock_guard lock(mutex_);
    files_[f] = ::getpid();
  }
  void remove(const file_identity& f) {
    const std::lock_guard lock(mutex_);
    files_.erase(f);
  }

 private:
  std::mutex mutex_;
  std::map<file_identity, pid_t> files_;
};

locked_here& own_locks() {
  static locked_here locks;
  return locks;
}

/// As the system lists it; nothing where it does not, or where the process is not seen from here.
std::optional<int> holder_of(const file_identity& f) {
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    int process = 0;
    unsigned device_major = 0, device_minor = 0;
    std::uint64_t inode = 0;
    if (std::sscanf(line.c_str(), "%*d: FLOCK %*s %*s %d %x:%x:%" SCNu64, &process, &device_major,
                    &device_minor, &inode) != 4)
      continue;
    if (inode == f.inode && makedev(device_major, device_minor) == f.device && process > 0)
      return process;
  }
  return {};
}

/// The file that is locked has this name still.
bool has_name(const file_descriptor& file, const std::string& path, file_identity& identity) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return false;
  identity = {status.st_dev, status.st_ino};
  return identity_of(path) == identity;
}

} // namespace

result<std::string> journal_in(const std::string& directory) {
  std::string path = directory + "/journal.db";
  std::error_code wrong;
  if (!std::filesystem::is_symlink(path, wrong)) return path;
  const std::filesystem::path real = std::filesystem::canonical(path, wrong);
  if (!wrong) return real.string();
  return fail(errc::storage_failed,
              fmt::format("the journal '{}' is a link that leads to no file: see whether the disk "
                          "with the journal is mounted, or remove the link to begin a new one",
                          path));
}

data_lock::data_lock(file_descriptor file, file_identity identity, std::string made)
    : file_(std::move(file))
    , identity_(identity)
    , made_(std::move(made)) {
  own_locks().add(identity_);
}

data_lock::data_lock(data_lock&& other) noexcept
    : file_(std::move(other.file_))
    , identity_(other.identity_)
    , made_(std::move(other.made_)) {}

data_lock::~data_lock() {
  if (file_.get() < 0) return; // moved from
  struct stat status {};
  if (!made_.empty() && ::fstat(file_.get(), &status) == 0 && status.st_size == 0 &&
      identity_of(made_) == identity_)
    ::unlink(made_.c_str());
  file_ = file_descriptor();
  own_locks().remove(identity_);
}

bool is_in_use(const failure& f) noexcept {
  return f.code == used_by_another;
}

result<data_lock> data_lock::take(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 && errno == ENOENT) {
    return unusable(directory,
                    fmt::format("does not exist: make it with: mkdir -m 700 {}, or "
                                "choose another as storage.directory (asio-chatd: --data)",
                                shell_word(directory)));
  }
  const auto path = journal_in(directory);
  if (!path) return path.error();
  const database_file journal{*path};
  // Another one may take the file away, or put another in its place, before it is locked.
  for (int tries = 0; tries < 100; ++tries) {
    const auto there = identity_of(journal.path);
    if (there && own_locks().contains(*there)) return in_use(directory, ::getpid());
    const auto made = prepare_file(journal);
    if (!made) return made.error();
    file_descriptor file(::open(journal.path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0) {
      if (errno == ENOENT) continue;
      return unusable(
          directory,
          fmt::format(
              "cannot be written to: {}; choose another as storage.directory (asio-chatd: --data)",
              errno_text(errno)));
    }
    if (const int error = try_lock(file)) {
      if (error != EWOULDBLOCK) {
        return unusable(
            directory,
            fmt::format(
                "cannot be locked: {}; choose another as storage.directory (asio-chatd: --data)",
                errno_text(error)));
      }
      const auto locked = identity_of(journal.path);
      return in_use(directory, locked ? holder_of(*locked) : std::nullopt);
    }
    file_identity identity;
    if (has_name(file, journal.path, identity))
      return data_lock(std::move(file), identity, *made ? journal.path : std::string());
  }
  return unusable(directory, "changes all the time: see what else writes to it");
}

} // namespace asio_chat::sqlite
