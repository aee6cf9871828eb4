#include "ops/unix_socket.hpp"

#include "base/file.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

failure cannot(const std::string& path, const std::string& why) {
  return fail(errc::bad_setting, fmt::format("cannot listen on unix:{}: {}", path, why));
}

int open_socket() {
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::memcpy(at.sun_path, path.data(), path.size());
  return at;
}

/// 0: somebody listens there; otherwise the errno.
int try_to_connect(const std::string& path) {
  const int probe = open_socket();
  const sockaddr_un at = address_of(path);
  const int failed =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 ? 0 : errno;
  ::close(probe);
  return failed == EAGAIN ? 0 : failed; // its queue is full
}

/// Whether there is a file of a daemon that is gone.
result<bool> is_stale(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    return cannot(path, errno_text(errno));
  }
  if (!S_ISSOCK(status.st_mode))
    return cannot(path, "there is a file that is no socket; name another one, or remove it");
  const int failed = try_to_connect(path);
  if (failed == 0) {
    failure live = cannot(path, "another program listens there");
    live.code = boost::asio::error::address_in_use; // as with a port
    return live;
  }
  if (failed == ECONNREFUSED) return true;
  return cannot(path, "it cannot be told whether somebody listens there: " + errno_text(failed));
}

} // namespace

result<void> unix_socket_file::check(const std::string& path) {
  if (path.empty() || path.front() != '/')
    return cannot(path, "it needs a whole path, such as unix:/run/asio-chat/socket");
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > longest)
    return cannot(path, fmt::format("the path is longer than {} bytes, the most that a socket can "
                                    "have",
                                    longest));
  if (const auto stale = is_stale(path); !stale) return stale.error();
  const auto directory = std::filesystem::path(path).parent_path();
  if (::access(directory.c_str(), W_OK | X_OK) != 0)
    return cannot(path, fmt::format("{}: {}", directory.native(), errno_text(errno)));
  return {};
}

result<unix_socket_file> unix_socket_file::open(const std::string& path, mode_t mode, int backlog) {
  if (auto good = check(path); !good) return good.error();
  if (*is_stale(path)) ::unlink(path.c_str());
  unix_socket_file made;
  made.socket_ = open_socket();
  const sockaddr_un at = address_of(path);
  // Nobody else may connect before the mode is set.
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(made.socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  const int why = errno;
  ::umask(before);
  if (!bound) return cannot(path, errno_text(why));
  made.path_ = path;
  struct stat status {};
  if (::chmod(path.c_str(), mode) != 0 || ::stat(path.c_str(), &status) != 0 ||
      ::listen(made.socket_, backlog) != 0)
    return cannot(path, errno_text(errno));
  made.device_ = status.st_dev;
  made.file_ = status.st_ino;
  return made;
}

unix_socket_file::unix_socket_file(unix_socket_file&& other) noexcept
    : path_(std::exchange(other.path_, {}))
    , device_(other.device_)
    , file_(other.file_)
    , socket_(other.take_socket()) {}

unix_socket_file::~unix_socket_file() {
  if (socket_ >= 0) ::close(socket_);
  struct stat status {};
  if (path_.empty() || ::lstat(path_.c_str(), &status) != 0) return;
  // The number of a file that is gone may be given to another one.
  const bool own = S_ISSOCK(status.st_mode) && status.st_dev == device_ && status.st_ino == file_;
  if (own) ::unlink(path_.c_str());
}

} // namespace asio_chat::ops
