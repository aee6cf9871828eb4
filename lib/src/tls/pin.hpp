// Pins: a peer known by its key, whatever CA signed its certificate.
#pragma once

#include "base/key_pin.hpp"
#include "tls/sha256.hpp"

#include <openssl/x509.h>

#include <optional>
#include <string>

namespace asio_chat::tls {

/// None where OpenSSL cannot hash.
std::optional<key_hash> key_of(const X509* certificate);

/// The pin of the certificate's key; empty where OpenSSL cannot hash.
std::string pin_of(const X509* certificate);

} // namespace asio_chat::tls
