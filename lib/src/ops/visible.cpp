#include "ops/visible.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <iterator>

namespace asio_chat::ops {

namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

/// Not seen, or makes what stands around it look otherwise.
bool is_treacherous(char32_t c) noexcept {
  const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return c < 0x20 || in(0x7F, 0x9F) || c == 0xAD || c == 0x61C || c == 0x180E ||
         in(0x200B, 0x200F) || in(0x2028, 0x202E) || in(0x2060, 0x206F) || c == 0xFEFF ||
         in(0xFFF9, 0xFFFB) || in(0xE0000, 0xE0FFF);
}

std::string escaped(char32_t c) {
  const auto code = static_cast<std::uint32_t>(c);
  switch (c) {
  case U'\n':
    return "\\n";
  case U'\r':
    return "\\r";
  case U'\t':
    return "\\t";
  case U'\\':
    return "\\\\";
  case U'"':
    return "\\\"";
  default:
    break;
  }
  if (code < 0x80) return fmt::format("\\x{:02x}", code);
  if (code < 0x10000) return fmt::format("\\u{:04x}", code);
  return fmt::format("\\U{:08x}", code);
}

/// What stands for the first character, or the first broken byte, of `rest`, which it shortens.
std::string take_unit(std::string_view& rest, std::size_t& valid_bytes, quotes q) {
  if (valid_bytes == 0) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    return fmt::format("\\x{:02x}", byte);
  }
  auto next = rest.begin();
  const char32_t c = utf8::unchecked::next(next);
  const std::string_view unit(rest.begin(), next);
  rest.remove_prefix(unit.size());
  valid_bytes -= unit.size();
  const bool plain = !is_treacherous(c) && c != U'\\' && (c != U'"' || q == quotes::keep);
  return plain ? std::string(unit) : escaped(c);
}

} // namespace

std::string visible(std::string_view text, std::size_t most_bytes, quotes q) {
  // No unit gets shorter, so that nothing after this can find room; it only calls for the ellipsis.
  std::string_view rest = text.substr(0, most_bytes + 4);
  std::string out;
  std::size_t room_for_ellipsis = 0; // the longest beginning that leaves room for it
  std::size_t valid_bytes = 0;
  while (!rest.empty()) {
    if (valid_bytes == 0) {
      const auto end = utf8::find_invalid(rest.begin(), rest.end());
      valid_bytes = static_cast<std::size_t>(std::distance(rest.begin(), end));
    }
    const std::string unit = take_unit(rest, valid_bytes, q);
    if (out.size() + unit.size() > most_bytes) {
      out.resize(room_for_ellipsis);
      return out.append(ellipsis);
    }
    out += unit;
    if (out.size() + ellipsis.size() <= most_bytes) room_for_ellipsis = out.size();
  }
  return out;
}

} // namespace asio_chat::ops
