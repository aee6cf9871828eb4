// Why a certificate is refused: by OpenSSL, by us, or by the peer.
#pragma once

#include <asio_chat/error.hpp>

#include <openssl/ssl.h>

#include <string>

namespace asio_chat::tls {

/// A refusal of a peer's certificate that is ours and not OpenSSL's: kept with the connection until
/// the handshake has failed of it.
void note_refusal(SSL* ssl, std::string reason);

/// Null if there was none.
const std::string* refusal_of(const SSL* ssl) noexcept;

/// The other way round: whether the peer's alert says that it does not like who we are (RFC 8446,
/// 6.2). In TLS 1.2 handshake_failure is how it says that no certificate was shown.
bool refuses_us(const error_code& e) noexcept;

/// For what OpenSSL found wrong with a chain (X509_V_ERR_…): one of the trust codes.
errc trust_code(int verify_error) noexcept;

/// Completes a sentence about a certificate: `is …`, `has …`.
std::string trust_phrase(int verify_error);

} // namespace asio_chat::tls
