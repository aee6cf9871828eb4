// The server's part of a TLS handshake, on nothing but the socket and the state of TLS.
#pragma once

#include "transport/socket.hpp"
#include "transport/socket_writer.hpp"
#include "transport/tls_server_stream.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace asio_chat::transport {

struct free_ssl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using ssl_ptr = std::unique_ptr<SSL, free_ssl>;

/// A peer that stops in the middle of a handshake shall cost as little as can be: OpenSSL reads the
/// socket by itself, and there are none of the buffers that an `ssl::stream` has in between. What
/// is left of it in the end are a socket and a state of TLS.
class server_handshake {
 public:
  /// The longest ClientHello; those of browsers have 2 KiB, with keys for after quantum computers.
  static constexpr std::size_t max_hello = std::size_t{16} * 1024;

  using done = std::function<void(const error_code&)>;

  /// @throws std::bad_alloc
  server_handshake(tcp_socket&& socket, SSL_CTX* context, handshake_line line = {});
  server_handshake(const server_handshake&) = delete;
  server_handshake& operator=(const server_handshake&) = delete;

  /// There is something to read, and it is its turn. Calls `then` once, perhaps inside the call,
  /// and it may destroy this.
  void go_on(done then);

  tcp_socket& socket() noexcept { return socket_; }
  SSL* tls() const noexcept { return ssl_.get(); }
  std::size_t waiting_bytes() const noexcept { return out_.waiting_bytes(); }
  /// When it is done. It has no BIOs.
  ssl_ptr take_tls();

 private:
  void wait(done then);
  bool hello_is_too_long() const noexcept;
  error_code failure_of(int ssl_error, int system_error) const;
  void end(done then, const error_code& e);

  cancellable_read_socket socket_;
  ssl_ptr ssl_;
  socket_writer out_;
  const handshake_line line_;
};

/// Throws away what has come, but no more than a peer can send at once: a socket closed with input
/// that nobody has read would reset the connection, and our last words with it.
void discard_input(int socket) noexcept;

} // namespace asio_chat::transport
