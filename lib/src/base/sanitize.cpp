#include "base/sanitize.hpp"

#include "base/ascii.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <span>

namespace asio_chat {

namespace {

struct range {
  char32_t first;
  char32_t last;
};

// Each list is in order.

constexpr std::array controls{range{0x00, 0x1F}, range{0x7F, 0x9F}};

constexpr std::array steering{
    range{0x061C, 0x061C}, // ARABIC LETTER MARK
    range{0x200E, 0x200F}, // LEFT-TO-RIGHT MARK, RIGHT-TO-LEFT MARK
    range{0x2028, 0x202E}, // line and paragraph separator; embeddings and overrides
    range{0x2066, 0x206F}, // isolates; deprecated format characters
    range{0xFEFF, 0xFEFF}, // BYTE ORDER MARK
    range{0xFFF9, 0xFFFB}, // interlinear annotation
};

// Unicode 15.0, White_Space, but for controls.
constexpr std::array white_space{
    range{0x0020, 0x0020}, range{0x00A0, 0x00A0}, range{0x1680, 0x1680}, range{0x2000, 0x200A},
    range{0x2028, 0x2029}, range{0x202F, 0x202F}, range{0x205F, 0x205F}, range{0x3000, 0x3000},
};

// Unicode 15.0, Default_Ignorable_Code_Point, and what else has no glyph, or a blank one.
constexpr std::array ignorable{
    range{0x00AD, 0x00AD},   range{0x034F, 0x034F},   range{0x061C, 0x061C}, range{0x115F, 0x1160},
    range{0x17B4, 0x17B5},   range{0x180B, 0x180F},   range{0x200B, 0x200F}, range{0x202A, 0x202E},
    range{0x2060, 0x206F},   range{0x2800, 0x2800}, // BRAILLE PATTERN BLANK
    range{0x3164, 0x3164},   range{0xFE00, 0xFE0F},   range{0xFEFF, 0xFEFF}, range{0xFFA0, 0xFFA0},
    range{0xFFF0, 0xFFFB},                            // with the annotation marks
    range{0x13430, 0x1343F},                          // EGYPTIAN HIEROGLYPH format controls
    range{0x16FE4, 0x16FE4},                          // KHITAN SMALL SCRIPT FILLER
    range{0x1BCA0, 0x1BCA3}, range{0x1D159, 0x1D159}, // MUSICAL SYMBOL NULL NOTEHEAD
    range{0x1D173, 0x1D17A}, range{0xE0000, 0xE0FFF},
};

bool is_in(std::span<const range> ranges, char32_t c) noexcept {
  const auto behind =
      std::upper_bound(ranges.begin(), ranges.end(), c,
                       [](char32_t what, const range& r) { return what < r.first; });
  return behind != ranges.begin() && c <= std::prev(behind)->last;
}

bool is_control(char32_t c) noexcept {
  return is_in(controls, c);
}

bool is_ignorable(char32_t c) noexcept {
  return is_in(ignorable, c);
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  utf8::replace_invalid(text.begin(), text.end(), std::back_inserter(out));
  return out;
}

/// Puts `instead(c)` for every code point for which `pass` says no. `text` is valid.
template <class Predicate, class Instead>
std::string replace_unless(std::string_view text, Predicate pass, Instead instead) {
  std::string out;
  out.reserve(text.size());
  for (auto it = text.begin(); it != text.end();) {
    const auto start = it;
    const char32_t c = utf8::unchecked::next(it);
    if (pass(c)) {
      out.append(start, it);
    } else {
      out.append(instead(c));
    }
  }
  return out;
}

constexpr auto replaced = [](char32_t) { return replacement_character; };

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
  const bool plain =
      !steers_display(c) && !is_ignorable(c) && c != U'\\' && (c != U'"' || q == quotes::keep);
  return plain ? std::string(unit) : escaped(c);
}

} // namespace

bool steers_display(char32_t c) noexcept {
  return is_control(c) || is_in(steering, c);
}

bool is_unseen(char32_t c) noexcept {
  return is_in(white_space, c) || is_control(c) || is_ignorable(c);
}

bool is_blank(std::string_view text) noexcept {
  // Nearly every text begins with something to see.
  if (!text.empty() && text.front() > ' ' && text.front() < 0x7F) return false;
  if (!utf8::is_valid(text.begin(), text.end())) return false;
  for (auto it = text.begin(); it != text.end();) {
    if (!is_unseen(utf8::unchecked::next(it))) return false;
  }
  return true;
}

bool is_sanitized(std::string_view text) noexcept {
  unsigned all = 0; // no branch in the loop: it is done sixteen bytes at a time
  unsigned controls_seen = 0;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    controls_seen |= ((u < 0x20) & (u != '\t') & (u != '\n')) | (u == 0x7F);
    all |= u;
  }
  if (controls_seen != 0) return false;
  if (all < 0x80) return true;
  if (!utf8::is_valid(text.begin(), text.end())) return false;
  // Of the control characters only C1 is left: U+0080-009F, C2 80-9F.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

std::string sanitize(std::string_view text) {
  if (is_sanitized(text)) return std::string(text);
  return replace_unless(
      valid_utf8(text), [](char32_t c) { return !is_control(c) || c == '\t' || c == '\n'; },
      replaced);
}

std::string sanitize_for_terminal(std::string_view text) {
  std::string valid = valid_utf8(text);
  for (char& c : valid) {
    if (c == '\t' || c == '\n') c = ' ';
  }
  return replace_unless(
      valid, [](char32_t c) { return !steers_display(c); }, replaced);
}

std::string sanitize_json_for_terminal(std::string_view json) {
  return replace_unless(
      json, [](char32_t c) { return !steers_display(c); },
      [](char32_t c) { return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c)); });
}

std::string sanitize_for_log(std::string_view text, std::size_t max_bytes, quotes q) {
  constexpr std::string_view ellipsis = "\xE2\x80\xA6";
  // No unit gets shorter, so that nothing after this can find room; it only calls for the ellipsis.
  std::string_view rest = text.substr(0, max_bytes + 4);
  std::string out;
  std::size_t room_for_ellipsis = 0; // the longest beginning that leaves room for it
  std::size_t valid_bytes = 0;
  while (!rest.empty()) {
    if (valid_bytes == 0) {
      const auto end = utf8::find_invalid(rest.begin(), rest.end());
      valid_bytes = static_cast<std::size_t>(std::distance(rest.begin(), end));
    }
    const std::string unit = take_unit(rest, valid_bytes, q);
    if (out.size() + unit.size() > max_bytes) {
      out.resize(room_for_ellipsis);
      return out.append(ellipsis);
    }
    out += unit;
    if (out.size() + ellipsis.size() <= max_bytes) room_for_ellipsis = out.size();
  }
  return out;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "@%+=:,./_-";
  if (!text.empty() && text.find_first_not_of(plain) == text.npos) return std::string(text);
  std::string escaped = sanitize_for_log(text, 4 * text.size() + 16);
  const bool steers = boost::algorithm::replace_all_copy(escaped, "\\\\", "\\") != text;
  std::string word = steers ? std::move(escaped) : std::string(text);
  boost::algorithm::replace_all(word, "'", steers ? "\\'" : "'\\''");
  return fmt::format("{}'{}'", steers ? "$" : "", word);
}

std::string sanitize_bytes_for_terminal(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\r' && bytes.substr(i + 1).starts_with('\n')) continue;
    if (c == '\n' || c == ' ' || ascii::is_graphic(c))
      text += c;
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

std::string sanitize_to_ascii(std::string_view foreign) {
  std::string text(foreign);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

} // namespace asio_chat
