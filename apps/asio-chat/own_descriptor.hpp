// A standard stream that does not block, without changing it for others.
#pragma once

#include "base/file.hpp"

namespace asio_chat::app {

/// The standard streams of a terminal are one open file description, and O_NONBLOCK belongs to that
/// description: set for the sake of reading, it makes writes fail that do not fit, here and in
/// every program that shares the terminal. So a terminal or a pipe is opened once more. What cannot
/// be (a socket, another user's terminal) is shared after all, and its flags are restored at the
/// end.
class own_descriptor {
 public:
  /// @param standard STDIN_FILENO or STDOUT_FILENO
  /// @param access O_RDONLY or O_WRONLY
  own_descriptor(int standard, int access);
  ~own_descriptor();
  own_descriptor(const own_descriptor&) = delete;
  own_descriptor& operator=(const own_descriptor&) = delete;

  int get() const noexcept { return descriptor_.get(); }

 private:
  file_descriptor descriptor_;
  int flags_ = -1; ///< of the shared description; -1: nothing to restore
};

} // namespace asio_chat::app
