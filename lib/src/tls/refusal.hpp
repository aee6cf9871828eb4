// Why a peer's certificate is refused by us and not by OpenSSL: kept with the connection until the
// handshake has failed of it.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace asio_chat::tls {

void note_refusal(SSL* ssl, std::string reason);

/// Null if there was none.
const std::string* refusal_of(const SSL* ssl) noexcept;

} // namespace asio_chat::tls
