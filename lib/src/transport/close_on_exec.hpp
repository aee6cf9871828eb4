// What the programs that a process starts do not inherit.
#pragma once

#include <fcntl.h>

namespace asio_chat::transport {

/// Asio opens and accepts sockets without it: a program that the host process starts would hold
/// connections open that have ended here.
template <class Socket>
void close_on_exec(Socket& socket) noexcept {
  (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

} // namespace asio_chat::transport
