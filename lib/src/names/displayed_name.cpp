#include "names/displayed_name.hpp"

#include "base/sanitize.hpp"
#include "names/look.hpp"
#include "names/member_name.hpp"
#include "names/precis.hpp"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <utf8.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t max_characters = 40;
/// What is longer is not looked at: to compose it takes time that grows with the square.
constexpr std::size_t max_bytes = 4 * max_characters;

failure no_name(std::string why) {
  return fail(errc::name_invalid, "a displayed name " + std::move(why));
}

bool is_blank(char32_t c) noexcept {
  return u_charType(static_cast<UChar32>(c)) == U_SPACE_SEPARATOR;
}

bool is_letter_or_digit(char32_t c) noexcept {
  constexpr std::uint32_t letters_marks_digits = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK;
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & letters_marks_digits) != 0;
}

std::u32string in_characters(std::string_view text) {
  return utf8::utf8to32(text);
}

std::string in_bytes(std::u32string_view text) {
  return utf8::utf32to8(text);
}

std::string normalised(std::string_view text, const icu::Normalizer2* (*form)(UErrorCode&)) {
  const auto all = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* how = form(error);
  const icu::UnicodeString made = U_FAILURE(error) ? all : how->normalize(all, error);
  std::string out;
  return made.toUTF8String(out);
}

/// NFC: what it looks like stays.
std::string composed(std::string_view text) {
  return normalised(text, icu::Normalizer2::getNFCInstance);
}

/// NFKC: letters in circles and squares are letters.
std::string plain(std::string_view text) {
  return normalised(text, icu::Normalizer2::getNFKCCasefoldInstance);
}

/// Whether it may be taken for the end of the name, which is shown in quotes.
bool is_quote(char32_t c) noexcept {
  if (c == U'\'' || c == U'\u2019') return false; // O'Brien
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_QUOTATION_MARK) != 0 ||
         std::u32string_view(U"\u02BA\u02DD\u02EE\u02F6\u05F2\u05F4\u2033\u2036\u3003").find(c) !=
             std::u32string_view::npos;
}

std::u32string with_single_blanks(std::u32string_view name) {
  std::u32string out;
  for (const char32_t c : name) {
    if (!is_blank(c)) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != U' ') {
      out.push_back(U' ');
    }
  }
  if (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

/// Of the FreeformClass: what names of members have as well may stand where it may stand there.
bool is_free_form(std::u32string_view name) {
  std::u32string strict(name);
  for (char32_t& c : strict)
    if (precis::derived_property_of(c) == precis::derived_property::free_form_only) c = U'x';
  return !precis::find_disallowed(strict);
}

std::vector<std::u32string> words_of(std::u32string_view name) {
  std::vector<std::u32string> words;
  for (bool begins = true; const char32_t c : name) {
    if (c == U' ') {
      begins = true;
      continue;
    }
    if (std::exchange(begins, false)) words.emplace_back();
    words.back().push_back(c);
  }
  return words;
}

std::u32string letters_and_digits(std::u32string_view name) {
  std::u32string out;
  std::ranges::copy_if(name, std::back_inserter(out), is_letter_or_digit);
  return out;
}

result<void> check_word(std::u32string_view word) {
  const std::u32string letters = letters_and_digits(word);
  const std::string text = in_bytes(letters);
  if (auto seen = check_seen_as_it_is(text); !seen)
    return no_name("is seen as what it is, word by word: " + seen.error().message);
  if (!precis::keeps_bidi_rule(letters)) return no_name("has words of one direction each");
  return {};
}

/// ASCII letters and digits that are taken for each other: what a name may stand for, and itself.
std::vector<std::string> similar_to(std::string_view name) {
  constexpr std::string_view groups[] = {"0o", "1il"};
  constexpr std::size_t max_variants = 256; // more are none that anybody reads
  std::vector<std::string> all{std::string(name)};
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto group = std::ranges::find_if(
        groups, [&](std::string_view g) { return g.find(name[i]) != std::string_view::npos; });
    if (group == std::end(groups) || all.size() * group->size() > max_variants) continue;
    for (std::size_t n = 0, until = all.size(); n < until; ++n)
      for (const char other : *group)
        if (other != name[i]) {
          all.push_back(all[n]);
          all.back()[i] = other;
        }
  }
  return all;
}

/// Names of the server, also without the sign that they have.
bool stands_for_server(std::string_view look) {
  return is_reserved_name(look) || look == "asiochat" || look == "asiochatd";
}

/// Neither a word, nor what stands between signs, nor all of it together may stand for the server.
result<void> check_reserved(std::string_view name) {
  std::u32string parts = in_characters(plain(name));
  std::vector<std::u32string> all = words_of(parts);
  all.push_back(parts);
  for (std::u32string& part : all)
    part = letters_and_digits(part);
  std::ranges::replace_if(
      parts, [](char32_t c) { return !is_letter_or_digit(c); }, U' ');
  std::ranges::move(words_of(parts), std::back_inserter(all));
  for (const std::u32string& part : all)
    for (const std::string& look : looks_of(in_bytes(part)))
      if (std::ranges::any_of(similar_to(look), stands_for_server))
        return no_name(fmt::format(
            "has no '{}' in it, which stands for the server and those who run it", in_bytes(part)));
  return {};
}

} // namespace

result<std::string> check_displayed_name(std::string_view name) {
  if (name.size() > max_bytes || !utf8::is_valid(name.begin(), name.end()))
    return no_name(fmt::format("is UTF-8, and has at most {} characters", max_characters));
  const std::u32string characters = with_single_blanks(in_characters(composed(name)));
  if (characters.size() > max_characters)
    return no_name(fmt::format("has at most {} characters", max_characters));
  if (letters_and_digits(characters).empty()) return no_name("has a letter or a digit");
  if (characters.front() == U'-' || std::ranges::any_of(characters, is_quote))
    return no_name("does not begin with - and has no \" in it");
  const auto is_hidden = [](char32_t c) { return c != U' ' && is_unseen(c); };
  if (!is_free_form(characters) || std::ranges::any_of(characters, is_hidden))
    return no_name("has letters, digits, signs and blanks, and nothing that is not seen");
  if (has_heap_of_marks(characters)) return no_name("has no heap of marks on a letter");
  for (const std::u32string& word : words_of(characters)) {
    if ((U_GET_GC_MASK(static_cast<UChar32>(word.front())) & U_GC_M_MASK) != 0)
      return no_name("has no word that begins with a mark");
    if (auto good = check_word(word); !good) return good.error();
  }
  std::string made = in_bytes(characters);
  if (auto good = check_reserved(made); !good) return good.error();
  return made;
}

std::vector<std::string> mistaken_for(std::string_view name) {
  std::vector<std::string> all;
  for (const std::string& look : looks_of_displayed(name))
    std::ranges::move(similar_to(look), std::back_inserter(all));
  return all;
}

std::vector<std::string> looks_of_displayed(std::string_view name) {
  std::vector<std::string> all = looks_of(name);
  for (const std::string& text : {std::string(name), plain(name)})
    for (std::string& look : looks_of(in_bytes(letters_and_digits(in_characters(text)))))
      all.push_back(std::move(look));
  std::ranges::sort(all);
  const auto twice = std::ranges::unique(all);
  all.erase(twice.begin(), twice.end());
  return all;
}

} // namespace asio_chat
