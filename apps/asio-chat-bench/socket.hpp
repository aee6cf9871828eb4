// TCP: addresses, non-blocking sockets.
#pragma once

#include "unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace asio_chat::bench {

/// Where a server is, as written on the command line and as the system wants it.
struct endpoint {
  std::string host;
  std::string text;
  sockaddr_storage address{};
  socklen_t length = 0;
};

/// Takes `HOST:PORT`, also `[::1]:8443`; throws setup_error. Of several addresses of a name it is
/// the first that answers.
endpoint resolve(std::string_view host_and_port);

/// A non-blocking socket on which a connect is under way.
unique_fd start_connect(const endpoint& to);

/// 0, or the errno with which the connect ended.
int connect_result(int fd);

unique_fd listen_on(const endpoint& at);

/// The next waiting connection, non-blocking; none when nobody waits.
unique_fd accept_from(int listener);

/// A port of the loopback that no program listens on just now.
std::uint16_t free_port();

/// Whether a program does.
bool answers(const endpoint& at);

/// `HOST:PORT` of a socket's own end.
std::string local_address(int fd);

} // namespace asio_chat::bench
