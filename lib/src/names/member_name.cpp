#include "names/member_name.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "names/look.hpp"
#include "names/precis.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace asio_chat {

namespace {

using ascii::is_alphanumeric;

constexpr std::array<std::string_view, 10> reserved{
    "admin",    "administrator", "asio-chat", "asio-chatd", "moderator",
    "operator", "owner",         "root",      "server",     "system"};

/// What is longer is no name, and to compose it takes time that grows with the square.
constexpr std::size_t max_folded_bytes = 1'024;

/// Unicode TS 39, 5.4: more nonspacing marks on one letter are in no language.
constexpr std::size_t max_marks = 4;

bool may_begin_name(char32_t c) noexcept {
  if (c < 0x80) return is_alphanumeric(static_cast<char>(c)) || c == U'_';
  constexpr std::uint32_t letters_and_digits = U_GC_L_MASK | U_GC_ND_MASK;
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & letters_and_digits) != 0;
}

bool is_of_word(char32_t c) noexcept {
  if (c < 0x80) return c == U'_' || c == U'-' || is_alphanumeric(static_cast<char>(c));
  constexpr std::uint32_t letters_and_digits = U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK;
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & letters_and_digits) != 0;
}

/// The one at this place, which moves on; of a byte that is no UTF-8 U+FFFD.
char32_t take_character(std::string_view text, std::size_t& at) noexcept {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::string_view bytes = text.substr(at, size);
  const bool is_valid = utf8::is_valid(bytes.begin(), bytes.end());
  at += is_valid ? size : 1;
  auto first = bytes.begin();
  return is_valid ? static_cast<char32_t>(utf8::unchecked::next(first)) : U'\uFFFD';
}

bool may_stand_in_name(char32_t c) noexcept {
  if (c >= 0x80) return true; // RFC 8265 says which
  return is_alphanumeric(static_cast<char>(c)) ||
         std::u32string_view(U"-_.[]{}|^`~").find(c) != std::u32string_view::npos;
}

} // namespace

bool has_heap_of_marks(std::u32string_view name) noexcept {
  std::size_t marks = 0;
  return std::ranges::any_of(name, [&](char32_t c) {
    const bool is_mark =
        (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
    marks = is_mark ? marks + 1 : 0;
    return marks > max_marks;
  });
}

namespace {

failure too_long(const limits& limits) {
  return fail(errc::name_invalid,
              fmt::format("a name has at most {} characters", limits.name_characters));
}

failure wrong_characters() {
  return fail(errc::name_invalid, "a name begins with a letter, a digit or _, and goes on with "
                                  "these or - . [ ] { } | ^ ` ~");
}

result<std::string> check_ascii_name(std::string_view name, const limits& limits) {
  if (name.empty()) return fail(errc::name_invalid, "a name must not be empty");
  if (name.size() > limits.name_characters) return too_long(limits);
  const auto may_stand = [](char c) { return may_stand_in_name(static_cast<unsigned char>(c)); };
  if (!may_begin_name(static_cast<unsigned char>(name.front())) ||
      !std::ranges::all_of(name, may_stand))
    return wrong_characters();
  return std::string(name);
}

/// As it is shown; what may not be shown with capitals is shown without.
result<std::string> profiled(std::string_view name) {
  const auto folded = precis::enforce(name, precis::letter_case::mapped);
  if (!folded) return folded.error();
  const auto shown = precis::enforce(name, precis::letter_case::preserved);
  if (!shown || fold_name(*shown) != *folded) return *folded;
  return *shown;
}

std::string mend_ascii(std::string_view valid, std::size_t max) {
  std::string mended;
  for (std::size_t i = 0; i < valid.size() && mended.size() < max; ++i) {
    const auto c = static_cast<unsigned char>(valid[i]);
    const bool continues = (c & 0xC0) == 0x80;
    if (continues) continue;
    const bool may = c < 0x80 && (mended.empty() ? may_begin_name(c) : may_stand_in_name(c));
    mended.push_back(may ? valid[i] : '_');
  }
  return mended;
}

/// Lines and dots are nobody's name.
bool says_something(std::string_view name) noexcept {
  return std::ranges::any_of(name, [](char c) {
    return is_alphanumeric(c) || !ascii::is_ascii({&c, 1});
  });
}

/// Only ASCII characters are replaced: which others may stand where depends on those around them.
std::string mend_others(std::string_view valid, std::size_t max) {
  std::string mended(prefix_of_characters(valid, max));
  for (char& c : mended)
    if (!may_stand_in_name(static_cast<unsigned char>(c))) c = '_';
  if (const auto first = static_cast<unsigned char>(mended.front());
      first < 0x80 && !may_begin_name(first))
    mended.front() = '_';
  return mended;
}

} // namespace

std::string fold_name(std::string_view name) {
  if (ascii::is_ascii(name) || name.size() > max_folded_bytes ||
      !utf8::is_valid(name.begin(), name.end()))
    return ascii::lower(std::string(name));
  return precis::map(name, precis::letter_case::mapped);
}

result<std::string> check_member_name(std::string_view name, const limits& limits) {
  if (ascii::is_ascii(name)) return check_ascii_name(name, limits);
  if (name.size() > max_folded_bytes) return too_long(limits);
  const auto shown = profiled(name);
  if (!shown) return shown.error();
  if (ascii::is_ascii(*shown)) return check_ascii_name(*shown, limits); // it was wide
  const std::u32string letters = utf8::utf8to32(*shown);
  if (letters.size() > limits.name_characters ||
      count_characters(fold_name(*shown)) > limits.name_characters)
    return too_long(limits);
  if (!may_begin_name(letters.front()) || !std::ranges::all_of(letters, may_stand_in_name))
    return wrong_characters();
  if (has_heap_of_marks(letters))
    return fail(errc::name_invalid,
                fmt::format("a letter of a name has at most {} marks", max_marks));
  if (auto honest = check_seen_as_it_is(*shown); !honest) return honest.error();
  return *shown;
}

std::string mend_member_name(std::string_view name, const limits& limits) {
  const std::string valid = sanitize(trim(name));
  if (!ascii::is_ascii(valid)) {
    const auto other = check_member_name(mend_others(valid, limits.name_characters), limits);
    if (other && says_something(*other)) return *other;
  }
  const std::string mended = mend_ascii(valid, limits.name_characters);
  return says_something(mended) ? mended : std::string();
}

std::string_view take_name(std::string_view& rest) noexcept {
  std::size_t begin = rest.size();
  std::size_t end = rest.size();
  for (std::size_t at = 0; at < rest.size();) {
    const std::size_t before = at;
    const bool is_in = is_of_word(take_character(rest, at));
    if (is_in) begin = std::min(begin, before);
    if (is_in || begin == rest.size()) continue;
    end = before;
    break;
  }
  const std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

bool is_reserved_name(std::string_view folded) noexcept {
  return std::ranges::binary_search(reserved, folded);
}

} // namespace asio_chat
