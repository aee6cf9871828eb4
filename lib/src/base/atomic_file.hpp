// A file that appears whole or not at all.
#pragma once

#include "base/file.hpp"

#include <asio_chat/error.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace asio_chat {

/// What becomes of a file that is in the way.
enum class existing { refused, replaced };

/// Written as `PATH.unfinished`; `publish` gives it its name, and one that was not published is
/// removed. One process at a time writes it.
class atomic_file {
 public:
  /// Empty, and readable by its owner alone. What an interrupted attempt left is overwritten. Where
  /// `path` is a link and may be replaced, the file behind it is.
  /// Fails with `errc::bad_setting` if there is a file that may not be replaced or if another
  /// process is writing this one, with `errc::storage_failed` if it cannot be written.
  static result<atomic_file> make(const std::string& path, existing e);

  /// `make` and then `write`.
  static result<atomic_file> make(const std::string& path, existing e, std::string_view content);

  ~atomic_file();
  atomic_file(atomic_file&& other) noexcept
      : path_(std::exchange(other.path_, {}))
      , existing_(other.existing_)
      , file_(std::move(other.file_)) {}
  atomic_file& operator=(atomic_file&&) = delete;

  /// Where it is until it is published, for others that write into it.
  std::string unfinished() const { return path_ + suffix; }

  result<void> write(std::string_view content);

  /// Root's file becomes another one's, before it has its name.
  result<void> give_to(uid_t user, gid_t group);

  /// When this returns, the file is on the disk, under its name and with this mode. Also a file
  /// that came this very moment is not replaced unless it may be.
  result<void> publish(mode_t mode = 0600);

  /// The file that was published, open for reading and writing, and still locked: at no moment has
  /// it had its name without the lock.
  file_descriptor take() && noexcept { return std::move(file_); }

 private:
  static constexpr const char* suffix = ".unfinished";

  atomic_file(std::string path, existing e, file_descriptor file) noexcept
      : path_(std::move(path))
      , existing_(e)
      , file_(std::move(file)) {}

  std::string path_; ///< empty: nothing to remove
  existing existing_;
  file_descriptor file_; ///< its lock keeps others from writing it
};

/// Gives the file at `path` the name `PATH.old` as well, in the place of one that bears it already:
/// `path` is never without a file.
result<void> keep_as_old(const std::string& path);

} // namespace asio_chat
