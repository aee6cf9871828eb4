// The pin of a key, as a person can copy it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat {

/// SHA-256 of a SubjectPublicKeyInfo (RFC 7469, 2.4).
using key_hash = std::array<std::uint8_t, 32>;

/// `sha256/BASE64`
std::string pin_of(const key_hash& key);

/// None if the text is not what `pin_of` makes.
std::optional<key_hash> parse_pin(std::string_view text);
inline bool is_pin(std::string_view text) {
  return parse_pin(text).has_value();
}

} // namespace asio_chat
