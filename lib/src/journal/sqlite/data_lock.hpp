// One daemon at a time uses a data directory.
#pragma once

#include <asio_chat/error.hpp>

#include <string>
#include <utility>

namespace asio_chat::sqlite {

/// Holds `journal.lock` in the directory, with the process's id in it, until it is destroyed or the
/// process ends.
class data_lock {
 public:
  /// A failure if the directory is missing, cannot be written to, or is in use.
  static result<data_lock> take(const std::string& directory);

  ~data_lock();
  data_lock(data_lock&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  data_lock& operator=(data_lock&&) = delete;

 private:
  explicit data_lock(int fd) noexcept
      : fd_(fd) {}

  int fd_;
};

} // namespace asio_chat::sqlite
