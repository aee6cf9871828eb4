#include "handshake.hpp"

#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/peer.hpp>
#include <asio_chat/tls/server_verifier.hpp>

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>

#include <algorithm>
#include <array>

namespace asio_chat::tls::test {

end::end(SSL_CTX* context, bool server)
    : ssl_(SSL_new(context)) {
  SSL_set_bio(ssl(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (server)
    SSL_set_accept_state(ssl());
  else
    SSL_set_connect_state(ssl());
}

void end::step() {
  if (error_) return;
  ERR_clear_error();
  if (!done_) {
    const int returned = SSL_do_handshake(ssl());
    if (returned == 1)
      done_ = true;
    else
      note(returned);
    return;
  }
  std::array<char, 16> byte{};
  const int returned = SSL_read(ssl(), byte.data(), static_cast<int>(byte.size()));
  if (returned <= 0) note(returned);
}

/// The error as Asio reports it.
void end::note(int returned) {
  if (SSL_get_error(ssl(), returned) != SSL_ERROR_SSL) return;
  error_ = error_code(static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category());
  ERR_clear_error();
}

bool end::give(end& other, std::size_t most) {
  std::array<char, 16384> bytes;
  const int n =
      BIO_read(SSL_get_wbio(ssl()), bytes.data(), static_cast<int>(std::min(most, bytes.size())));
  if (n <= 0) return false;
  BIO_write(SSL_get_rbio(other.ssl()), bytes.data(), n);
  return true;
}

void pair::run(std::size_t bytes_at_once) {
  for (;;) {
    client.step();
    server.step();
    const bool there = client.give(server, bytes_at_once);
    const bool back = server.give(client, bytes_at_once);
    if (!there && !back) return;
  }
}

meeting meet(const tls_client_config& client, const tls_server_config& server,
             const std::string& host) {
  const auto server_context = make_server_context(server).value();
  return meet(client, server_context->native_handle(), host);
}

meeting meet(const tls_client_config& client, SSL_CTX* server, const std::string& host) {
  const auto client_context = make_client_context(client).value();
  pair ends(client_context->native_handle(), server);
  server_verifier verifier(client, host);
  verifier.attach(ends.client.ssl()).value();
  ends.run();

  // The verdict is about the handshake; an alert of the server after it is an error of the read.
  const error_code of_handshake = ends.client.done() ? error_code() : ends.client.error();
  meeting m;
  m.verdict = verifier.outcome(ends.client.ssl(), of_handshake);
  m.client_view = describe_session(ends.client.ssl());
  m.server_view = describe_session(ends.server.ssl());
  m.client_error = ends.client.error();
  m.server_error = ends.server.error();
  if (m.client_error) m.client_reason = handshake_failure_reason(m.client_error, ends.client.ssl());
  if (m.server_error) m.server_reason = handshake_failure_reason(m.server_error, ends.server.ssl());
  if (verifier.seen()) m.seen_pin = verifier.seen()->pin;
  return m;
}

} // namespace asio_chat::tls::test
