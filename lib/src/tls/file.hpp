// Reads a whole small file.
#pragma once

#include <asio_chat/error.hpp>

#include <string>
#include <utility>

namespace asio_chat::tls {

/// Owns a file descriptor.
class file_descriptor {
 public:
  explicit file_descriptor(int fd) noexcept
      : fd_(fd) {}
  ~file_descriptor();
  file_descriptor(file_descriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&&) = delete;

  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// @param what for the sentence of a failure, e.g. `the CA file`
result<file_descriptor> open_for_reading(const std::string& path, const std::string& what);

/// Everything up to the end. A certificate file that is larger than a few MiB is none.
result<std::string> read_all(const file_descriptor& file, const std::string& path,
                             const std::string& what);

/// `errno` as a sentence's end.
std::string errno_text(int error);

} // namespace asio_chat::tls
