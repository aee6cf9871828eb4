// What the system keeps of what was written to a socket.
#pragma once

#include "transport/stream.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace asio_chat::transport {

/// Bytes that the peer's system has not acknowledged (tcp(7), SIOCOUTQ).
inline std::size_t unacknowledged_bytes(tcp_socket& socket) noexcept {
  int bytes = 0;
  if (::ioctl(socket.native_handle(), SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::size_t>(bytes);
}

} // namespace asio_chat::transport
