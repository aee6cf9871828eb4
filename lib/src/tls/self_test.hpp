// Whether TLS works with a certificate, tried out.
#pragma once

#include <asio_chat/error.hpp>

#include <openssl/types.h>

#include <string>

namespace asio_chat::tls {

/// Shakes hands with itself, in memory, as this library does it at both ends. Fails where the other
/// end could not verify the signature: OpenSSL takes keys for a server that no client has an
/// algorithm for, such as those on the curve secp256k1.
/// @param where the certificate is, for the sentence
result<void> check_signature_works(X509* certificate, EVP_PKEY* key, const std::string& where);

} // namespace asio_chat::tls
