#include "journal/words.hpp"

#include "model/names.hpp"

#include <utf8.h>

#include <algorithm>
#include <array>
#include <iterator>

#include <locale.h>
#include <wctype.h>

namespace asio_chat {

namespace {

static_assert(sizeof(wchar_t) >= sizeof(char32_t));

/// The C library's own tables of Unicode; never freed, as long-lived as the program.
locale_t unicode() {
  static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return made;
}

/// What stands for an ASCII character within a word: letters are small; 0 is between words.
constexpr std::array<char, 128> ascii_in_words = [] {
  std::array<char, 128> table{};
  for (char c = '0'; c <= '9'; ++c)
    table[static_cast<std::size_t>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) {
    table[static_cast<std::size_t>(c)] = c;
    table[static_cast<std::size_t>(c - 'a' + 'A')] = c;
  }
  return table;
}();

bool is_letter_or_digit(char32_t c) {
  return ::iswalnum_l(static_cast<wint_t>(c), unicode()) != 0;
}

/// An accent or the like, on the letter before it.
bool is_mark(char32_t c) {
  static const wctype_t combining = ::wctype_l("combining", unicode());
  return ::iswctype_l(static_cast<wint_t>(c), combining, unicode()) != 0;
}

/// Soft hyphen, joiners and variation selectors change how a word looks, not which one it is.
bool is_invisible(char32_t c) {
  return c == 0x00AD || c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F);
}

char32_t fold(char32_t c) {
  // By way of the capital, so that letters with two small forms (sigma) are the same.
  return static_cast<char32_t>(
      ::towlower_l(::towupper_l(static_cast<wint_t>(c), unicode()), unicode()));
}

/// Scripts written without spaces between words.
bool stands_alone(char32_t c) {
  return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) ||
         (c >= 0x1780 && c <= 0x17FF) || (c >= 0x3040 && c <= 0x30FF) ||
         (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

} // namespace

void for_each_word(std::string_view text, const std::function<void(std::string_view)>& take) {
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) take(word);
    word.clear();
  };
  for (auto at = text.begin(); at != text.end();) {
    if (const auto byte = static_cast<unsigned char>(*at); byte < 0x80) {
      ++at;
      if (const char c = ascii_in_words[byte]) {
        word.push_back(c);
      } else {
        end_word();
      }
      continue;
    }
    const auto c = static_cast<char32_t>(utf8::next(at, text.end()));
    if (is_invisible(c)) continue;
    if (is_letter_or_digit(c)) {
      if (stands_alone(c)) end_word();
      utf8::append(fold(c), std::back_inserter(word));
      if (stands_alone(c)) end_word();
    } else if (!is_mark(c)) {
      end_word();
    } else if (!word.empty()) {
      utf8::append(c, std::back_inserter(word));
    }
  }
  end_word();
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
