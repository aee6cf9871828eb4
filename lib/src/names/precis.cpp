#include "names/precis.hpp"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace asio_chat::precis {

namespace {

using property = derived_property;

constexpr char32_t zero_width_non_joiner = 0x200C;
constexpr char32_t zero_width_joiner = 0x200D;

struct exception {
  char32_t first;
  char32_t last;
  property is;
};

/// RFC 5892, 2.6, in order.
constexpr std::array exceptions{
    exception{0x00B7, 0x00B7, property::with_context_rule}, // MIDDLE DOT
    exception{0x00DF, 0x00DF, property::valid},             // LATIN SMALL LETTER SHARP S
    exception{0x0375, 0x0375, property::with_context_rule}, // GREEK LOWER NUMERAL SIGN
    exception{0x03C2, 0x03C2, property::valid},             // GREEK SMALL LETTER FINAL SIGMA
    exception{0x05F3, 0x05F4, property::with_context_rule}, // HEBREW GERESH, GERSHAYIM
    exception{0x0640, 0x0640, property::disallowed},        // ARABIC TATWEEL
    exception{0x0660, 0x0669, property::with_context_rule}, // ARABIC-INDIC DIGITS
    exception{0x06F0, 0x06F9, property::with_context_rule}, // EXTENDED ARABIC-INDIC DIGITS
    exception{0x06FD, 0x06FE, property::valid},             // ARABIC SIGNS SINDHI
    exception{0x07FA, 0x07FA, property::disallowed},        // NKO LAJANYALAN
    exception{0x0F0B, 0x0F0B, property::valid},             // TIBETAN TSHEG
    exception{0x3007, 0x3007, property::valid},             // IDEOGRAPHIC NUMBER ZERO
    exception{0x302E, 0x302F, property::disallowed},        // HANGUL TONE MARKS
    exception{0x3031, 0x3035, property::disallowed},        // VERTICAL KANA REPEAT MARKS
    exception{0x303B, 0x303B, property::disallowed},        // VERTICAL IDEOGRAPHIC ITERATION MARK
    exception{0x30FB, 0x30FB, property::with_context_rule}, // KATAKANA MIDDLE DOT
};

constexpr std::uint32_t letters_and_digits = U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK |
                                             U_GC_ND_MASK | U_GC_LM_MASK | U_GC_MN_MASK |
                                             U_GC_MC_MASK;
constexpr std::uint32_t other_letters_and_digits =
    U_GC_LT_MASK | U_GC_NL_MASK | U_GC_NO_MASK | U_GC_ME_MASK;
constexpr std::uint32_t spaces_symbols_punctuation = U_GC_ZS_MASK | U_GC_S_MASK | U_GC_P_MASK;

/// ICU is there without its data.
void check(UErrorCode error) {
  if (U_FAILURE(error)) throw std::runtime_error(u_errorName(error));
}

const icu::Normalizer2& nfc() {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* found = icu::Normalizer2::getNFCInstance(error);
  check(error);
  return *found;
}

const icu::Normalizer2& nfkc() {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* found = icu::Normalizer2::getNFKCInstance(error);
  check(error);
  return *found;
}

/// Changes under NFKC: there is another character, or there are others, that it stands for.
bool has_compatibility_form(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  const bool is_normal = nfkc().isNormalized(icu::UnicodeString(c), error);
  check(error);
  return !is_normal;
}

bool is_conjoining_jamo(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE)) {
  case U_HST_LEADING_JAMO:
  case U_HST_VOWEL_JAMO:
  case U_HST_TRAILING_JAMO:
    return true;
  default:
    return false;
  }
}

UScriptCode script_of(char32_t c) noexcept {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &error);
}

bool is_virama(char32_t c) noexcept {
  constexpr std::uint8_t virama = 9;
  return u_getCombiningClass(static_cast<UChar32>(c)) == virama;
}

/// A letter that joins on the side where the joiner stands, with nothing but marks in between.
template <class Iterator>
bool joins(Iterator at, Iterator end, UJoiningType on_that_side) noexcept {
  for (; at != end; ++at) {
    const auto type = u_getIntPropertyValue(static_cast<UChar32>(*at), UCHAR_JOINING_TYPE);
    if (type == on_that_side || type == U_JT_DUAL_JOINING) return true;
    if (type != U_JT_TRANSPARENT) return false;
  }
  return false;
}

/// RFC 5892, A.1 to A.9.
bool may_stand_there(std::u32string_view text, std::size_t at) noexcept {
  const char32_t c = text[at];
  const std::u32string_view before = text.substr(0, at);
  const std::u32string_view after = text.substr(at + 1);
  const auto any_in = [&](char32_t first, char32_t last) {
    return std::ranges::any_of(text, [&](char32_t o) { return o >= first && o <= last; });
  };
  switch (c) {
  case zero_width_non_joiner:
    if (!before.empty() && is_virama(before.back())) return true;
    return joins(before.rbegin(), before.rend(), U_JT_LEFT_JOINING) &&
           joins(after.begin(), after.end(), U_JT_RIGHT_JOINING);
  case zero_width_joiner:
    return !before.empty() && is_virama(before.back());
  case 0x00B7:
    return before.ends_with(U'l') && after.starts_with(U'l');
  case 0x0375:
    return !after.empty() && script_of(after.front()) == USCRIPT_GREEK;
  case 0x05F3:
  case 0x05F4:
    return !before.empty() && script_of(before.back()) == USCRIPT_HEBREW;
  case 0x30FB:
    return std::ranges::any_of(text, [](char32_t o) {
      const UScriptCode s = script_of(o);
      return s == USCRIPT_HIRAGANA || s == USCRIPT_KATAKANA || s == USCRIPT_HAN;
    });
  default: // digits of the one Arabic kind beside those of the other
    return c <= 0x0669 ? !any_in(0x06F0, 0x06F9) : !any_in(0x0660, 0x0669);
  }
}

constexpr std::uint32_t bit(UCharDirection d) {
  return std::uint32_t{1} << d;
}

std::uint32_t direction_of(char32_t c) noexcept {
  return bit(u_charDirection(static_cast<UChar32>(c)));
}

constexpr std::uint32_t right_to_left = bit(U_RIGHT_TO_LEFT) | bit(U_RIGHT_TO_LEFT_ARABIC);
constexpr std::uint32_t in_both_directions =
    bit(U_EUROPEAN_NUMBER) | bit(U_EUROPEAN_NUMBER_SEPARATOR) | bit(U_COMMON_NUMBER_SEPARATOR) |
    bit(U_EUROPEAN_NUMBER_TERMINATOR) | bit(U_OTHER_NEUTRAL) | bit(U_BOUNDARY_NEUTRAL) |
    bit(U_DIR_NON_SPACING_MARK);

/// Before it Unicode has no wide and no narrow forms.
constexpr UChar32 first_wide = 0x3000;

/// Wide and narrow forms alone; NFKC would change more.
std::string map_width(std::string_view text) {
  std::string mapped;
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = at;
    const auto c = static_cast<UChar32>(utf8::unchecked::next(at));
    const auto type = c < first_wide ? 0 : u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE);
    icu::UnicodeString stands_for;
    if ((type == U_DT_WIDE || type == U_DT_NARROW) && nfkc().getRawDecomposition(c, stands_for)) {
      stands_for.toUTF8String(mapped);
    } else {
      mapped.append(begin, at);
    }
  }
  return mapped;
}

icu::StringPiece piece_of(std::string_view text) {
  return {text.data(), static_cast<std::int32_t>(text.size())};
}

} // namespace

derived_property derived_property_of(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  const auto* const found = std::ranges::find_if(
      exceptions, [&](const exception& e) { return code >= e.first && code <= e.last; });
  if (found != exceptions.end()) return found->is;
  const std::uint32_t category = U_GET_GC_MASK(c);
  const bool no_character = U_IS_UNICODE_NONCHAR(c);
  if ((category & U_GC_CN_MASK) != 0 && !no_character) return property::unassigned;
  if (c >= 0x21 && c <= 0x7E) return property::valid;
  if (u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL) != 0) return property::with_joiner_rule;
  if (is_conjoining_jamo(c)) return property::disallowed;
  if (no_character || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0)
    return property::disallowed;
  if ((category & U_GC_CC_MASK) != 0) return property::disallowed;
  if (has_compatibility_form(c)) return property::free_form_only;
  if ((category & letters_and_digits) != 0) return property::valid;
  if ((category & (other_letters_and_digits | spaces_symbols_punctuation)) != 0)
    return property::free_form_only;
  return property::disallowed;
}

std::string map(std::string_view text, letter_case how) {
  UErrorCode error = U_ZERO_ERROR;
  std::string mapped = map_width(text);
  if (how == letter_case::mapped) {
    std::string small;
    icu::StringByteSink<std::string> sink(&small, static_cast<std::int32_t>(mapped.size()));
    icu::CaseMap::utf8ToLower("", 0, piece_of(mapped), sink, nullptr, error);
    check(error);
    mapped = std::move(small);
  }
  std::string composed;
  icu::StringByteSink<std::string> sink(&composed, static_cast<std::int32_t>(mapped.size()));
  nfc().normalizeUTF8(0, piece_of(mapped), sink, nullptr, error);
  check(error);
  return composed;
}

std::optional<std::size_t> find_disallowed(std::u32string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (derived_property_of(text[at])) {
    case property::valid:
      continue;
    case property::with_joiner_rule:
    case property::with_context_rule:
      if (may_stand_there(text, at)) continue;
      return at;
    default:
      return at;
    }
  }
  return std::nullopt;
}

bool keeps_bidi_rule(std::u32string_view text) noexcept {
  constexpr std::uint32_t of_the_rule = right_to_left | bit(U_ARABIC_NUMBER);
  std::uint32_t all = 0;
  for (const char32_t c : text)
    all |= direction_of(c);
  if ((all & of_the_rule) == 0) return true;
  const std::uint32_t first = direction_of(text.front());
  const auto last = std::find_if(text.rbegin(), text.rend(), [](char32_t c) {
    return direction_of(c) != bit(U_DIR_NON_SPACING_MARK);
  });
  if (last == text.rend()) return false;
  // A letter from right to left in a text that begins from left to right is one too many.
  if ((first & right_to_left) == 0) return false;
  constexpr std::uint32_t numbers = bit(U_EUROPEAN_NUMBER) | bit(U_ARABIC_NUMBER);
  const bool ends_well = (direction_of(*last) & (right_to_left | numbers)) != 0;
  return ends_well && (all & ~(of_the_rule | in_both_directions)) == 0 &&
         (all & numbers) != numbers;
}

result<std::string> enforce(std::string_view text, letter_case how) {
  const auto no = [](std::string why) { return fail(errc::name_invalid, std::move(why)); };
  if (!utf8::is_valid(text.begin(), text.end())) return no("a name is valid UTF-8");
  std::string mapped = map(text, how);
  if (mapped.empty()) return no("a name must not be empty");
  const std::u32string letters = utf8::utf8to32(mapped);
  if (const auto at = find_disallowed(letters)) {
    return no(fmt::format(
        "U+{:04X} may not stand in a name{}: a name has letters and digits",
        static_cast<std::uint32_t>(letters[*at]),
        derived_property_of(letters[*at]) >= property::with_joiner_rule ? " at this place" : ""));
  }
  if (!keeps_bidi_rule(letters)) {
    return no("a name with letters that are written from right to left begins with one of them, "
              "ends with one or a digit, and has no others");
  }
  if (map(mapped, how) != mapped) return no("this name changes each time it is normalised");
  return mapped;
}

} // namespace asio_chat::precis
