// Authenticated encryption, as everything in the journal uses it.
#pragma once

#include "journal/sqlite/secret_key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::sqlite {

/// XChaCha20-Poly1305 (IETF) with a random nonce, which goes ahead of the sealed bytes. Random
/// nonces of 192 bits do not meet, so nobody has to count.
/// @param associated is authenticated and not kept: opening needs the same bytes
std::string seal_bytes(key_bytes key, std::string_view plain, std::string_view associated);

/// Nothing if a bit of key, sealed or associated bytes is another.
std::optional<std::string> open_bytes(key_bytes key, std::string_view sealed,
                                      std::string_view associated);

} // namespace asio_chat::sqlite
