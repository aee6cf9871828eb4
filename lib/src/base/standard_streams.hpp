// Descriptors 0, 1 and 2, which every program takes for granted.
#pragma once

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace asio_chat {

/// Opens /dev/null for each of them that is closed (`<&-`): otherwise the next file or socket would
/// get its number, and be read as input or written to as a log. In the place of standard output it
/// cannot be written to: whose output is lost has to be told. To be called before anything opens.
inline void keep_standard_streams() noexcept {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) {
      // The lowest free number is the one that is missing.
      (void)!::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

/// Writes what is left of standard output.
/// @return 0, or the number of the error that kept something of it from being written; that nobody
/// reads on (`| head`) is none
inline int finish_standard_output() noexcept {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  if (errno == EPIPE) return 0;
  return errno == 0 ? EIO : errno;
}

} // namespace asio_chat
