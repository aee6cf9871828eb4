// Descriptions of a TLS connection, and of the reason why it failed.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <openssl/ssl.h>

#include <string>

namespace asio_chat::tls {

/// Describes a connection after its handshake, at either end. `verified_by` stays empty.
tls_info describe_session(SSL* ssl);

/// Explains a failed handshake in one phrase, from the view of the end that `ssl` is, e.g. `the
/// client showed no certificate`. Use it for an alert at the first read, too: in TLS 1.3 a client
/// learns only there that it was refused. The phrase contains no bytes of the peer.
/// @param error the error that the handshake ended with
std::string handshake_failure_reason(const error_code& error, SSL* ssl);

/// Explains a read or a write that failed after the handshake in the same way, e.g. `a record of
/// the client was changed on its way, or is none (bad record MAC)`.
std::string connection_failure_reason(const error_code& error, SSL* ssl);

/// Whether a byte of the peer has arrived. A connection that ends without one (a health check) is
/// no failed handshake. False for null.
bool has_received(const SSL* ssl) noexcept;

} // namespace asio_chat::tls
