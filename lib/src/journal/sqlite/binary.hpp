// Numbers as bytes, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::sqlite {

/// Fixed width, least significant byte first.
template <class Integer>
void put_fixed(std::string& out, Integer value) {
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof value; ++i, rest >>= 8)
    out.push_back(static_cast<char>(rest & 0xFF));
}

/// A number of 64 bits as `put_fixed` puts it, from the first bytes.
inline std::uint64_t fixed_at(const char* bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof value; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

/// LEB128: seven bits a byte, the last one without the high bit.
inline void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

/// Reads what was put, from the front of what is left. Nothing is taken for granted: each call has
/// no value if the bytes end before, and after that the rest is of no use.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) noexcept
      : rest_(bytes) {}

  std::optional<std::uint64_t> varint() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) return {}; // more than 64 bits
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return {};
  }
  std::optional<std::string_view> bytes(std::uint64_t count) noexcept {
    if (count > rest_.size()) return {};
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::optional<std::string_view> string() noexcept {
    const auto length = varint();
    if (!length) return {};
    return bytes(*length);
  }
  std::size_t left() const noexcept { return rest_.size(); }

 private:
  std::string_view rest_;
};

} // namespace asio_chat::sqlite
