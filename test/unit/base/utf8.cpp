#include "base/utf8.hpp"

#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

#include <utf8.h>

using namespace asio_chat;
using test::random_bytes;

namespace {

const std::string fffd(replacement_character);

bool is_valid(std::string_view s) {
  return utf8::is_valid(s.begin(), s.end());
}

bool starts_a_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

} // namespace

TEST_CASE("is_clean_text knows what has to be mended") {
  for (const char* clean : {"", "plain", "tab\tand\nnewline", "äöü €", "\U0001F600", "\u00A0"}) {
    INFO(clean);
    CHECK(is_clean_text(clean));
  }
  for (const char* unclean : {"\x1b[31m", "\r", "\a", "\x7f", "\xc2\x80", "\xc2\x9b", "a\xc2\x9f",
                              "\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    INFO(unclean);
    CHECK_FALSE(is_clean_text(unclean));
  }
  CHECK_FALSE(is_clean_text(std::string_view("\0", 1)));
}

TEST_CASE("C32 D19: clean_text replaces what is invalid and what controls a terminal") {
  CHECK(clean_text("as it was, äöü\t\n") == "as it was, äöü\t\n");
  CHECK(clean_text("a\xff\xfe"
                   "b") == "a" + fffd + fffd + "b");
  CHECK(clean_text("\x1b[2J") == fffd + "[2J");
  CHECK(clean_text("bell\a, del\x7f") == "bell" + fffd + ", del" + fffd);
  CHECK(clean_text("\xc2\x9b"
                   "31m") == fffd + "31m"); // CSI as one C1 character
  CHECK(clean_text("one\r\ntwo") == "one" + fffd + "\ntwo");
  CHECK(clean_text(std::string_view("a\0b", 3)) == "a" + fffd + "b");
  CHECK(clean_text("cut \xe2\x82") == "cut " + fffd);
}

TEST_CASE("C32: whatever bytes come, clean_text gives valid and clean text") {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = random_bytes(random, 40);
    const std::string clean = clean_text(bytes);
    REQUIRE(is_valid(clean));
    REQUIRE(is_clean_text(clean));
    REQUIRE(clean_text(clean) == clean);
    REQUIRE(is_clean_text(bytes) == (clean == bytes));
  }
}

TEST_CASE("D19: harmless_line is one line that cannot turn the terminal round") {
  CHECK(harmless_line("a\tb\nc") == "a b c");
  CHECK(harmless_line("ab\u202Ecd") == "ab" + fffd + "cd");
  CHECK(harmless_line("\u2066x\u2069") == fffd + "x" + fffd);
  CHECK(harmless_line("a\u2028b\u2029c\uFEFF") == "a" + fffd + "b" + fffd + "c" + fffd);
  CHECK(harmless_line("\x1b]0;title\a") == fffd + "]0;title" + fffd);
  CHECK(harmless_line("\xff") == fffd);
  CHECK(harmless_line("äöü €") == "äöü €");

  std::mt19937 random(2);
  for (int i = 0; i < 5'000; ++i) {
    const std::string line = harmless_line(random_bytes(random, 40));
    REQUIRE(is_clean_text(line));
    REQUIRE(line.find_first_of("\t\n") == std::string::npos);
    REQUIRE(line.find("\u202E") == std::string::npos);
    REQUIRE(harmless_line(line) == line);
  }
}

TEST_CASE("trim takes white space off both ends and nothing else") {
  CHECK(trim("") == "");
  CHECK(trim(" \t\r\n\v\f") == "");
  CHECK(trim("a") == "a");
  CHECK(trim(" \ta b\r\n") == "a b");
  CHECK(trim("\u00A0x") == "\u00A0x"); // a no-break space is a character
}

TEST_CASE("count_characters counts code points") {
  CHECK(count_characters("") == 0);
  CHECK(count_characters("abc") == 3);
  CHECK(count_characters("äö€") == 3);
  CHECK(count_characters("\U0001F600\U0001F600") == 2);
}

TEST_CASE("C31: prefix_of_bytes never splits a code point and leaves out none that fits") {
  CHECK(prefix_of_bytes("abc", 2) == "ab");
  CHECK(prefix_of_bytes("abc", 3) == "abc");
  CHECK(prefix_of_bytes("abc", 4) == "abc");
  CHECK(prefix_of_bytes("ä", 1) == "");
  CHECK(prefix_of_bytes("aä", 2) == "a");
  CHECK(prefix_of_bytes("\U0001F600", 3) == "");
  CHECK(prefix_of_bytes("x", 0) == "");

  std::mt19937 random(3);
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = clean_text(random_bytes(random, 40));
    for (std::size_t n = 0; n <= text.size() + 1; ++n) {
      const std::string_view head = prefix_of_bytes(text, n);
      REQUIRE(head.size() <= n);
      REQUIRE(text.starts_with(head));
      REQUIRE(is_valid(head));
      // The next code point would have been too much.
      std::size_t next = std::min(head.size() + 1, text.size());
      while (next < text.size() && !starts_a_character(text[next]))
        ++next;
      REQUIRE((head.size() == text.size() || next > n));
    }
  }
}

TEST_CASE("C31: prefix_of_characters counts as count_characters does") {
  CHECK(prefix_of_characters("äöü", 2) == "äö");
  CHECK(prefix_of_characters("äöü", 0) == "");
  CHECK(prefix_of_characters("äöü", 3) == "äöü");
  CHECK(prefix_of_characters("äöü", 9) == "äöü");

  std::mt19937 random(4);
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = clean_text(random_bytes(random, 40));
    const std::size_t whole = count_characters(text);
    for (std::size_t n = 0; n <= whole + 1; ++n) {
      const std::string_view head = prefix_of_characters(text, n);
      REQUIRE(text.starts_with(head));
      REQUIRE(is_valid(head));
      REQUIRE(count_characters(head) == std::min(n, whole));
    }
  }
}
