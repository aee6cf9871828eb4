#include "journal/tokenizer.hpp"

#include "base/ascii.hpp"
#include "names/member_name.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace asio_chat {

namespace {

/// What stands for an ASCII character within a word: letters are small; 0 is between words. Without
/// a table and without a branch the compiler does it for many characters at once.
constexpr char ascii_in_word(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  const auto small = static_cast<unsigned char>(byte | 0x20);
  const bool is_letter = static_cast<unsigned char>(small - 'a') < 26;
  const bool is_digit = static_cast<unsigned char>(byte - '0') < 10;
  return static_cast<char>((is_letter ? small : 0) | (is_digit ? byte : 0));
}

/// Of the marks on one letter no more are looked at: to put them in order takes time that grows
/// with their square, and a text may have thousands of them (UAX #15, Stream-Safe Text Format).
constexpr std::size_t max_marks = 30;

bool is_letter_or_digit(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_N_MASK)) != 0;
}

/// An accent or the like, on the letter before it.
bool is_mark(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0;
}

/// A letter that becomes a mark when it is folded.
bool is_halfwidth_sound_mark(char32_t c) {
  return c == 0xFF9E || c == 0xFF9F;
}

/// The text, without what is more than `max_marks`; then it is in `shorter`.
std::string_view without_heaps_of_marks(std::string_view text, std::string& shorter) {
  std::size_t marks = 0;
  auto kept = text.begin(); // up to here it is in `shorter`, or left out
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = at;
    const auto c = static_cast<char32_t>(utf8::next(at, text.end()));
    const bool mark = c >= 0x300 && (is_mark(c) || is_halfwidth_sound_mark(c));
    marks = mark ? marks + 1 : 0;
    if (marks <= max_marks) continue;
    shorter.append(kept, begin);
    kept = at;
  }
  if (kept == text.begin()) return text;
  shorter.append(kept, text.end());
  return shorter;
}

/// NFKC_Casefold (Unicode, chapter 3.13): letters are small, composed and decomposed, wide, narrow
/// and ligature forms are the same, and what is ignorable (soft hyphens, joiners, variation
/// selectors) is gone.
std::string fold(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded, static_cast<std::int32_t>(text.size()));
  if (U_SUCCESS(error)) {
    std::string shorter;
    text = without_heaps_of_marks(text, shorter);
    nfkc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                        sink, nullptr, error);
  }
  if (U_FAILURE(error)) throw std::runtime_error(u_errorName(error)); // ICU without its data
  return folded;
}

/// Scripts written without spaces between words.
bool stands_alone(char32_t c) {
  return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) ||
         (c >= 0x1780 && c <= 0x17FF) || (c >= 0x3040 && c <= 0x30FF) ||
         (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

/// Puts words together, character by character.
class word_builder {
 public:
  explicit word_builder(const std::function<void(std::string_view)>& take)
      : take_(take) {}

  void add_ascii(char c) {
    if (const char folded = ascii_in_word(c)) {
      word_.push_back(folded);
    } else {
      end();
    }
  }
  void add(char32_t c, std::string_view bytes) {
    const bool mark = is_mark(c);
    if (stands_alone(c) && (mark || is_letter_or_digit(c))) {
      end();
      take_(bytes);
    } else if (is_letter_or_digit(c) || (mark && !word_.empty())) {
      word_.append(bytes);
    } else if (!mark) {
      end();
    }
  }
  void end() {
    if (!word_.empty()) take_(word_);
    word_.clear();
  }

 private:
  const std::function<void(std::string_view)>& take_;
  std::string word_;
};

/// Of most texts: all of it is folded first, and words are what lies between zeros then.
void for_each_ascii_word(std::string_view text, const std::function<void(std::string_view)>& take) {
  std::array<char, 256> some; // not initialised
  std::string many;
  char* folded = some.data();
  if (text.size() >= some.size()) {
    many.resize(text.size() + 1);
    folded = many.data();
  }
  char* const end = std::transform(text.begin(), text.end(), folded, ascii_in_word);
  *end = '\0';
  for (const char* word = folded; word != end;) {
    const std::size_t length = std::strlen(word);
    if (length > 0) take({word, length});
    word += length;
    while (word != end && *word == '\0')
      ++word;
  }
}

} // namespace

void for_each_word(std::string_view text, const std::function<void(std::string_view)>& take) {
  if (ascii::is_ascii(text)) return for_each_ascii_word(text, take);
  word_builder word(take);
  const std::string folded = fold(text);
  for (auto at = folded.begin(); at != folded.end();) {
    if (static_cast<unsigned char>(*at) < 0x80) {
      word.add_ascii(*at++);
      continue;
    }
    const auto begin = at;
    const auto c = static_cast<char32_t>(utf8::next(at, folded.end()));
    word.add(c, {begin, at});
  }
  word.end();
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  for_each_word(text, [&](std::string_view word) { words.emplace_back(word); });
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

bool matches(const search_query& q, const entry& e) {
  if (q.from && fold_name(*q.from) != fold_name(e.from)) return false;
  if (q.since && e.time < *q.since) return false;
  if (q.until && e.time >= *q.until) return false;
  std::vector<bool> found(q.words.size());
  std::size_t missing = q.words.size();
  if (missing == 0) return true;
  for_each_word(e.text, [&](std::string_view word) {
    const auto at = std::find(q.words.begin(), q.words.end(), word);
    if (at == q.words.end()) return;
    std::vector<bool>::reference is_found = found[static_cast<std::size_t>(at - q.words.begin())];
    if (!is_found) --missing;
    is_found = true;
  });
  return missing == 0;
}

} // namespace asio_chat
