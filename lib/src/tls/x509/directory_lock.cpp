#include "tls/x509/directory_lock.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

namespace asio_chat::tls::x509 {

result<file_descriptor> lock_directory(const std::string& directory, const std::string& what) {
  file_descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.get() < 0)
    return fail(errc::bad_setting,
                fmt::format("{} '{}' cannot be used: {}", what, directory, errno_text(errno)));
  while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  return lock;
}

} // namespace asio_chat::tls::x509
