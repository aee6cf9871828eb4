// How the two ends of a TLS connection agreed on its keys.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace asio_chat::certs {

/// After the handshake: the group by its name, e.g. `x25519`; empty if OpenSSL cannot say.
std::string key_exchange_of(SSL* ssl);

} // namespace asio_chat::certs
