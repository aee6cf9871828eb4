// SHA-256, in one place.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace asio_chat::tls {

using sha256_digest = std::array<unsigned char, 32>;

/// None where OpenSSL cannot: out of memory, or a provider without it.
std::optional<sha256_digest> sha256(std::string_view bytes) noexcept;

/// Of the whole certificate in DER: its fingerprint.
std::optional<sha256_digest> sha256(const X509* certificate) noexcept;

} // namespace asio_chat::tls
