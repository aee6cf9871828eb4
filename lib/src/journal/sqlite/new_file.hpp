// A file that appears whole, or not at all, and never in the place of another.
#pragma once

#include <asio_chat/error.hpp>

#include <string>
#include <utility>

namespace asio_chat::sqlite {

/// Written under another name beside its own; removed unless it is published.
class new_file {
 public:
  /// Empty, open to its owner alone. A failure if there is a file of that name, or if another
  /// process is writing one. What an attempt that was interrupted left is taken away.
  static result<new_file> make(const std::string& path);

  ~new_file();
  new_file(new_file&& other) noexcept
      : path_(std::exchange(other.path_, {}))
      , fd_(std::exchange(other.fd_, -1)) {}
  new_file& operator=(new_file&&) = delete;

  std::string unfinished() const { return path_ + suffix; }

  /// On the disk and under its name when it returns.
  result<void> publish();

 private:
  static constexpr const char* suffix = ".unfinished";

  new_file(std::string path, int fd)
      : path_(std::move(path))
      , fd_(fd) {}

  std::string path_; ///< empty: there is nothing to remove
  int fd_;           ///< its lock keeps others from writing it
};

} // namespace asio_chat::sqlite
