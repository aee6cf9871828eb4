#include "tls/self_test.hpp"

#include "tls/openssl_ptr.hpp"
#include "tls/posture.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/ssl.h>

#include <array>

namespace asio_chat::tls {

namespace {

using context_ptr = openssl_ptr<SSL_CTX, SSL_CTX_free>;
using ssl_ptr = openssl_ptr<SSL, SSL_free>;

/// Whether it goes on or is over.
bool step(SSL* ssl) {
  const int done = SSL_do_handshake(ssl);
  return done == 1 || SSL_get_error(ssl, done) == SSL_ERROR_WANT_READ;
}

bool shake_hands(SSL* client, SSL* server) {
  SSL_set_connect_state(client);
  SSL_set_accept_state(server);
  constexpr int max_turns = 10; // it takes three
  for (int turn = 0; turn < max_turns; ++turn) {
    if (!step(client) || !step(server)) return false;
    if (SSL_is_init_finished(client) == 1 && SSL_is_init_finished(server) == 1) return true;
  }
  return false;
}

bool connect(SSL* client, SSL* server) {
  BIO* one = BIO_new(BIO_s_mem());
  BIO* other = BIO_new(BIO_s_mem());
  if (one == nullptr || other == nullptr || BIO_up_ref(one) != 1 || BIO_up_ref(other) != 1)
    return false;
  SSL_set_bio(client, one, other);
  SSL_set_bio(server, other, one);
  return true;
}

} // namespace

result<void> check_signature_works(X509* certificate, EVP_PKEY* key, const std::string& where) {
  const error_queue_scope queue;
  const std::array contexts{context_ptr(SSL_CTX_new(TLS_client_method())),
                            context_ptr(SSL_CTX_new(TLS_server_method()))};
  for (const context_ptr& context : contexts) {
    if (!context) return fail(errc::bad_setting, "OpenSSL has no memory for a TLS context");
    if (auto set = set_posture(context.get(), {}); !set) return set;
  }
  if (SSL_CTX_use_certificate(contexts[1].get(), certificate) == 1 &&
      SSL_CTX_use_PrivateKey(contexts[1].get(), key) == 1) {
    const ssl_ptr client(SSL_new(contexts[0].get()));
    const ssl_ptr server(SSL_new(contexts[1].get()));
    if (client && server && connect(client.get(), server.get()) &&
        shake_hands(client.get(), server.get()))
      return {};
  }
  return fail(errc::bad_certificate_file,
              fmt::format("{} holds a key of a kind ({}) that the other end of a connection, "
                          "asio-chat among them, cannot verify: take RSA of 2048 to 8192 bits, an "
                          "elliptic curve P-256, P-384 or P-521, or Ed25519",
                          where, describe(certificate).key));
}

} // namespace asio_chat::tls
