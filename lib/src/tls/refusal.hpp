// Why a peer's certificate is refused by us and not by OpenSSL: kept with the connection until the
// handshake has failed of it. And whether ours is refused by the peer.
#pragma once

#include <asio_chat/error.hpp>

#include <openssl/ssl.h>

#include <string>

namespace asio_chat::tls {

void note_refusal(SSL* ssl, std::string reason);

/// Null if there was none.
const std::string* refusal_of(const SSL* ssl) noexcept;

/// The other way round: whether the peer's alert says that it does not like who we are (RFC 8446,
/// 6.2). In TLS 1.2 handshake_failure is how it says that no certificate was shown.
bool refuses_us(const error_code& e) noexcept;

} // namespace asio_chat::tls
