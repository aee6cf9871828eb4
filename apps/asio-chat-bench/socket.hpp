// TCP addresses and non-blocking sockets.
#pragma once

#include "unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace asio_chat::bench {

/// The address of a server, as it is written on the command line and as the system needs it.
struct endpoint {
  std::string host;
  std::string text;
  sockaddr_storage address{};
  socklen_t length = 0;
  /// An IPv4 address of this machine to connect from; empty: any.
  std::string from;
};

/// Reads `HOST:PORT`, also `[::1]:8443`. Throws setup_error. If a name has several addresses, the
/// first one that answers counts.
endpoint resolve(std::string_view host_and_port);

/// A non-blocking socket on which a connect is under way.
unique_fd start_connect(const endpoint& to);

/// Returns 0, or the errno with which the connect ended.
int connect_result(int fd);

unique_fd listen_on(const endpoint& at);

/// Accepts the next waiting connection, non-blocking; no value if none waits.
unique_fd accept_from(int listener);

/// A port of loopback on which no program listens now.
std::uint16_t free_port();

/// Whether a program listens at this address.
bool answers(const endpoint& at);

/// `HOST:PORT` of a socket's own end.
std::string local_address(int fd);

} // namespace asio_chat::bench
