// Files and directories as the system has them: descriptors, locks, and what is on the disk.
#pragma once

#include <asio_chat/error.hpp>

#include <string>
#include <utility>

namespace asio_chat {

/// Owns a file descriptor.
class file_descriptor {
 public:
  explicit file_descriptor(int fd = -1) noexcept
      : fd_(fd) {}
  ~file_descriptor();
  file_descriptor(file_descriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// `errno` as a sentence's end.
std::string errno_text(int error);

/// Whether there is something at `path`, behind links. What cannot be looked at counts as there:
/// an attempt to open it says why.
bool is_there(const std::string& path);

/// The directory that `path` is in, `.` for a bare name.
std::string directory_of(const std::string& path);

/// Takes the exclusive lock (flock) of an open file or directory, without waiting for another
/// holder. It ends with the descriptor.
/// @return 0, or the errno: `EWOULDBLOCK` where another one holds it
int try_lock(const file_descriptor& file) noexcept;

/// Lets one process at a time look at the files of a directory and change them: waits for its turn,
/// which lasts as long as what is returned.
/// @param what begins the sentence of a failure (`errc::bad_setting`), e.g. `the CA's directory`
result<file_descriptor> lock_directory(const std::string& directory, const std::string& what);

/// Brings the directory of `path` to the disk: without that a power cut can take away a new name
/// whose file is safe.
/// @return 0, or the errno
int sync_directory_of(const std::string& path);

} // namespace asio_chat
