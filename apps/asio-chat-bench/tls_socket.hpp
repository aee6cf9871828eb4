#pragma once

#include "tls_context.hpp"
#include "unique_fd.hpp"

#include <span>
#include <string>
#include <string_view>

namespace asio_chat::bench {

enum class tls_status { done, want_read, want_write, closed };

struct tls_result {
  tls_status status;
  std::size_t bytes = 0;
};

/// A TLS connection over a non-blocking socket.
class tls_socket {
 public:
  /// The server's end.
  tls_socket(unique_fd fd, SSL_CTX* context);

  /// The client's end; the certificate must be of `host`, a name or an IP address.
  tls_socket(unique_fd fd, SSL_CTX* context, const std::string& host);

  tls_socket(tls_socket&&) = default;
  tls_socket& operator=(tls_socket&&) = delete;

  /// Sends close_notify if there is a connection.
  ~tls_socket();

  int fd() const { return fd_.get(); }

  /// Call it before the handshake: resumes the session of this ticket.
  void resume(SSL_SESSION* ticket) { SSL_set_session(ssl_.get(), ticket); }
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  /// The ticket of the session; null if the server has given none.
  ssl_session_ptr ticket() const;

  tls_result handshake();

  /// Reads the rest of one record.
  tls_result read(std::span<char> into);

  /// Writes at most one record. After want_write the next call must begin with the same bytes.
  tls_result write(std::string_view bytes);

  /// Whether bytes wait inside, of which the poller knows nothing.
  bool has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }

  /// The reason after `closed`.
  const std::string& reason() const { return reason_; }

 private:
  tls_result result(int status, std::size_t bytes);

  unique_fd fd_;
  ssl_ptr ssl_;
  std::string reason_;
};

} // namespace asio_chat::bench
