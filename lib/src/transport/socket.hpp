// TCP sockets, and what Asio leaves out of them.
#pragma once

#include "transport/stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cassert>
#include <utility>

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace asio_chat::transport {

/// Asio opens and accepts sockets without it: a program that the host process starts would hold
/// connections open that have ended here.
template <class Socket>
void close_on_exec(Socket& socket) noexcept {
  (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

/// Bytes that the peer's system has not acknowledged (tcp(7), SIOCOUTQ).
template <class Socket>
std::size_t unacknowledged_bytes(Socket& socket) noexcept {
  int bytes = 0;
  if (::ioctl(socket.native_handle(), SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::size_t>(bytes);
}

/// The layer below an `ssl::stream`. `cancel` of a socket ends other waits as well, and a read of
/// an `ssl::stream` may be writing: the answer to a key update. A record of which only a part has
/// gone would be the end of the connection.
class cancellable_read_socket : public tcp_socket {
 public:
  explicit cancellable_read_socket(tcp_socket&& socket)
      : tcp_socket(std::move(socket)) {}

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return tcp_socket::async_read_some(
        buffers,
        boost::asio::bind_cancellation_slot(reading_.slot(), std::forward<Handler>(handler)));
  }

  /// OpenSSL writes to the socket itself (`socket_writer`): an `ssl::stream` has nothing to write,
  /// and tries to when it has to wait until something can be.
  template <class Buffers, class Handler>
  auto async_write_some([[maybe_unused]] const Buffers& buffers, Handler&& handler) {
    assert(boost::asio::buffer_size(buffers) == 0);
    return tcp_socket::async_wait(
        tcp_socket::wait_write,
        [h = std::forward<Handler>(handler)](const error_code& e) mutable { h(e, 0); });
  }

  /// The read under way ends with `operation_aborted`, if it has not got anything yet.
  void cancel_read() { reading_.emit(boost::asio::cancellation_type::total); }

 private:
  boost::asio::cancellation_signal reading_;
};

} // namespace asio_chat::transport
