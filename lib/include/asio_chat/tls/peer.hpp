// What is known of the other end of a TLS connection, and why there is none.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <openssl/ssl.h>

#include <string>

namespace asio_chat::tls {

/// After a handshake, at either end; `verified_by` stays empty.
tls_info describe_session(SSL* ssl);

/// One phrase for the log line of a failed handshake, from the view of the end that `ssl` is, e.g.
/// `the client showed no certificate`. Right as well for an alert that arrives at the first read:
/// in TLS 1.3 a client learns only there that it was refused. Holds no foreign bytes.
std::string handshake_failure_reason(const error_code& error, SSL* ssl);

/// The same for a read or a write that failed after the handshake, e.g. `a record of the client was
/// changed on its way, or is none (bad record MAC)`.
std::string connection_failure_reason(const error_code& error, SSL* ssl);

/// Whether a byte of the peer has come. A connection that ends without one (a health check) is no
/// failed handshake. Null: no.
bool has_received(const SSL* ssl) noexcept;

} // namespace asio_chat::tls
