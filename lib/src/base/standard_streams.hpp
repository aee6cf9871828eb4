// Descriptors 0, 1 and 2, which every program takes for granted.
#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace asio_chat {

/// Opens /dev/null for each of them that is closed (`<&-`): otherwise the next file or socket would
/// get its number, and be read as input or written to as a log. To be called before anything opens.
inline void keep_standard_streams() noexcept {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) {
      // The lowest free number is the one that is missing.
      (void)!::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
    }
  }
}

} // namespace asio_chat
