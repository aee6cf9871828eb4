#pragma once

#include "socket.hpp"
#include "tls_socket.hpp"

#include <string>
#include <string_view>

namespace asio_chat::bench {

/// A connection that does one thing at a time: each call returns when it is complete, and throws
/// run_error if it fails.
class blocking_tls {
 public:
  /// Connects and makes the TLS handshake.
  /// @param ticket of a session to resume; null: a full handshake
  blocking_tls(const endpoint& to, SSL_CTX* context, SSL_SESSION* ticket = nullptr);

  const tls_socket& socket() const { return socket_; }

  void write(std::string_view bytes);
  /// Waits for the next bytes, one or more, and returns them.
  std::string read();
  /// Waits until something comes, and processes it without waiting for more: this reads tickets.
  void read_tickets();

 private:
  /// Calls `step` until it is complete.
  template <class Step>
  std::size_t finish(std::string_view failed, Step step);

  tls_socket socket_;
};

} // namespace asio_chat::bench
