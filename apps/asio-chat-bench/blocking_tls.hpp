#pragma once

#include "socket.hpp"
#include "tls_socket.hpp"

#include <string>
#include <string_view>

namespace asio_chat::bench {

/// A connection that does one thing at a time: each call returns when it is done, and throws
/// run_error if it cannot be.
class blocking_tls {
 public:
  /// Connects and shakes hands.
  /// @param ticket of a session to resume; null: a full handshake
  blocking_tls(const endpoint& to, SSL_CTX* context, SSL_SESSION* ticket = nullptr);

  const tls_socket& socket() const { return socket_; }

  void write(std::string_view bytes);
  /// What comes next, one byte or more.
  std::string read();
  /// Waits until something comes, and looks at it without waiting for more: tickets are read so.
  void read_tickets();

 private:
  /// Calls `step` until it is done.
  template <class Step>
  std::size_t finish(std::string_view failed, Step step);

  tls_socket socket_;
};

} // namespace asio_chat::bench
