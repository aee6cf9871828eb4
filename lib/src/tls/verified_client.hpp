// Whom a server's client has proved to be.
#pragma once

#include "base/key_pin.hpp"

#include <openssl/ssl.h>

#include <optional>
#include <string>
#include <vector>

namespace asio_chat::tls {

struct verified_client {
  key_hash key{};
  std::vector<std::string> common_names{}; ///< in UTF-8, not escaped; empty where it is no text
};

/// None if it has shown no certificate, or one that was not verified: a host's own context may let
/// such in, and they prove nothing.
std::optional<verified_client> verified_client_of(SSL* session);

} // namespace asio_chat::tls
