// One daemon at a time uses a data directory.
#pragma once

#include "base/file.hpp"

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

 private:
  explicit data_lock(int fd) noexcept
      : file_(fd) {}

  file_descriptor file_;
};

} // namespace asio_chat::sqlite
