#include "base/utf8.hpp"

#include <utf8.h>

#include <iterator>

namespace asio_chat {

namespace {

bool is_control(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

bool is_treacherous_in_a_line(char32_t c) noexcept {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028 ||
         c == 0x2029 || c == 0xFEFF;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  utf8::replace_invalid(text.begin(), text.end(), std::back_inserter(out));
  return out;
}

/// Replaces every code point for which `pass` says no. `text` is valid.
template <class Predicate>
std::string replace_unless(std::string_view text, Predicate pass) {
  std::string out;
  out.reserve(text.size());
  for (auto it = text.begin(); it != text.end();) {
    const auto start = it;
    const char32_t c = utf8::unchecked::next(it);
    if (pass(c)) {
      out.append(start, it);
    } else {
      out.append(replacement_character);
    }
  }
  return out;
}

} // namespace

bool is_clean_text(std::string_view text) noexcept {
  unsigned all = 0; // no branch in the loop: it is done sixteen bytes at a time
  unsigned controls = 0;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    controls |= ((u < 0x20) & (u != '\t') & (u != '\n')) | (u == 0x7F);
    all |= u;
  }
  if (controls != 0) return false;
  if (all < 0x80) return true;
  if (!utf8::is_valid(text.begin(), text.end())) return false;
  // Of the control characters only C1 is left: U+0080-009F, C2 80-9F.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

std::string clean_text(std::string_view text) {
  if (is_clean_text(text)) return std::string(text);
  const std::string valid = valid_utf8(text);
  return replace_unless(valid, [](char32_t c) { return !is_control(c) || c == '\t' || c == '\n'; });
}

std::string harmless_line(std::string_view text) {
  std::string valid = valid_utf8(text);
  for (char& c : valid) {
    if (c == '\t' || c == '\n') c = ' ';
  }
  return replace_unless(valid,
                        [](char32_t c) { return !is_control(c) && !is_treacherous_in_a_line(c); });
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view white = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::size_t count_characters(std::string_view text) noexcept {
  std::size_t n = 0;
  for (const char c : text)
    n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

std::string_view prefix_of_bytes(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
    --bytes;
  return text.substr(0, bytes);
}

std::string_view prefix_of_characters(std::string_view text, std::size_t characters) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts && characters-- == 0) break;
    ++at;
  }
  return text.substr(0, at);
}

} // namespace asio_chat
