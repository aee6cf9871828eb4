// Pins: a server known by its key, whatever CA signed its certificate.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <string_view>

namespace asio_chat::tls {

/// `sha256/BASE64` of the certificate's SubjectPublicKeyInfo (RFC 7469, 2.4).
std::string pin_of(const X509* certificate);

/// Whether a text has that form: 32 bytes in canonical base64.
bool is_pin(std::string_view text);

} // namespace asio_chat::tls
