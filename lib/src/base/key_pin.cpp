#include "base/key_pin.hpp"

#include <cstddef>

namespace asio_chat {

namespace {

constexpr std::string_view prefix = "sha256/";
constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t key_digits = 43; // of 256 bits; then one `=`

} // namespace

std::string pin_of(const key_hash& key) {
  std::string text(prefix);
  unsigned bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : key) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6)
      text += digits[bits >> (held - 6) & 63];
  }
  text += digits[bits << (6 - held) & 63];
  return text + '=';
}

std::optional<key_hash> parse_pin(std::string_view text) {
  if (!text.starts_with(prefix) || text.size() != prefix.size() + key_digits + 1) return {};
  key_hash key{};
  unsigned bits = 0;
  unsigned held = 0;
  std::size_t next = 0;
  for (const char c : text.substr(prefix.size(), key_digits)) {
    const auto digit = digits.find(c);
    if (digit == digits.npos) return {};
    bits = bits << 6 | static_cast<unsigned>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    key[next++] = static_cast<std::uint8_t>(bits >> held);
  }
  if (pin_of(key) != text) return {}; // bits behind the last byte, or no `=`
  return key;
}

} // namespace asio_chat
