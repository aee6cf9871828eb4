#include "own_descriptor.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::app {

namespace {

bool can_be_opened_again(int fd) {
  struct stat about {};
  // A file would be read from its beginning again.
  return ::isatty(fd) == 1 || (::fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode));
}

} // namespace

own_descriptor::own_descriptor(int standard, int access) {
  if (can_be_opened_again(standard)) {
    descriptor_ = file_descriptor(::open(fmt::format("/proc/self/fd/{}", standard).c_str(),
                                         access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (descriptor_.get() >= 0) return;
  }
  descriptor_ = file_descriptor(::fcntl(standard, F_DUPFD_CLOEXEC, 3));
  const int flags = ::fcntl(standard, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK) != 0) return;
  if (::fcntl(standard, F_SETFL, flags | O_NONBLOCK) == 0) flags_ = flags;
}

own_descriptor::~own_descriptor() {
  if (flags_ >= 0) ::fcntl(descriptor_.get(), F_SETFL, flags_);
}

} // namespace asio_chat::app
