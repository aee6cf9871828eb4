#pragma once

#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <string_view>

namespace asio_chat::bench {

struct free_ssl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, free_ssl>;
using ssl_session_ptr = std::unique_ptr<SSL_SESSION, free_ssl>;
using ssl_ptr = std::unique_ptr<SSL, free_ssl>;

/// Both ends speak TLS 1.3 with this suite and nothing else, so that every server compared
/// does the same work per byte.
inline constexpr const char* cipher_suite = "TLS_AES_128_GCM_SHA256";

/// The most bytes that a TLS record holds.
inline constexpr std::size_t record_bytes = 16 * 1024;

/// Trusts the certificates in a PEM file. Throws setup_error.
/// @param alpn the protocol to offer; empty: none
ssl_ctx_ptr client_context(const std::string& ca_file, std::string_view alpn = {});

/// @param tickets whether clients may resume sessions
ssl_ctx_ptr server_context(const std::string& certificate_file, const std::string& key_file,
                           bool tickets);

/// Returns the oldest error in OpenSSL's queue as a phrase, and empties the queue.
std::string take_tls_error();

} // namespace asio_chat::bench
