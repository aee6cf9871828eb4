#include "accounts/drawn_secrets.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace asio_chat {

std::string draw_code(secret_source& from) {
  constexpr std::uint32_t codes = 1'000'000;
  constexpr std::uint32_t below = (1u << 24) / codes * codes; // else the first ones were likelier
  for (;;) {
    std::array<std::uint8_t, 3> bytes{};
    from.fill(bytes);
    const std::uint32_t n = std::uint32_t{bytes[0]} << 16 | std::uint32_t{bytes[1]} << 8 | bytes[2];
    if (n < below) return fmt::format("{:06}", n % codes);
  }
}

std::string draw_app_password(secret_source& from) {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789"; // no l, o, 0, 1
  static_assert(letters.size() == 32);
  constexpr std::size_t group = 4;
  std::array<std::uint8_t, 7 * group> bytes{};
  from.fill(bytes);
  std::string secret;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % group == 0) secret += '-';
    secret += letters[bytes[i] % letters.size()];
  }
  return secret;
}

} // namespace asio_chat
