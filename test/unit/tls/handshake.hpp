// Two TLS ends that shake hands in memory, without sockets.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>

namespace asio_chat::tls::test {

struct ssl_free {
  void operator()(SSL* s) const noexcept { SSL_free(s); }
};

/// One of the two.
class end {
 public:
  end(SSL_CTX* context, bool server);

  SSL* ssl() const noexcept { return ssl_.get(); }
  bool done() const noexcept { return done_; }
  const error_code& error() const noexcept { return error_; }

  /// Goes on with the handshake, or reads what may have come after it.
  void step();

  /// Hands `most` of the bytes that wait here to the other end.
  bool give(end& other, std::size_t most);

 private:
  void note(int returned);

  std::unique_ptr<SSL, ssl_free> ssl_;
  bool done_ = false;
  error_code error_;
};

struct pair {
  end client;
  end server;

  pair(SSL_CTX* client_context, SSL_CTX* server_context)
      : client(client_context, false)
      , server(server_context, true) {}

  /// Until neither end has anything more to say.
  void run(std::size_t bytes_at_once = 16384);
};

/// How a client made from settings and a server made from settings got on.
struct meeting {
  result<std::string> verdict = std::string();
  tls_info client_view;
  tls_info server_view;
  error_code client_error;
  error_code server_error;
  std::string client_reason;
  std::string server_reason;
  std::string seen_pin;
};

meeting meet(const tls_client_config& client, const tls_server_config& server,
             const std::string& host = "localhost");

/// With a server that no settings would make.
meeting meet(const tls_client_config& client, SSL_CTX* server,
             const std::string& host = "localhost");

} // namespace asio_chat::tls::test
