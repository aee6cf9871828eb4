// Two ends of TLS that make a handshake in memory, without sockets.
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

/// One of the two ends.
class end {
 public:
  end(SSL_CTX* context, bool server);

  SSL* ssl() const noexcept { return ssl_.get(); }
  bool done() const noexcept { return done_; }
  const error_code& error() const noexcept { return error_; }

  /// Continues the handshake, or reads what may have arrived after it.
  void step();

  /// Gives `most` of the waiting bytes to the other end.
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

  /// Runs until neither end has anything more to send.
  void run(std::size_t bytes_at_once = 16384);
};

/// The outcome of a handshake of a client and a server that are made from settings.
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

/// The same with a server that no settings can make.
meeting meet(const tls_client_config& client, SSL_CTX* server,
             const std::string& host = "localhost");

} // namespace asio_chat::tls::test
