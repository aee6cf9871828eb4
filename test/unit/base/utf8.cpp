#include "base/utf8.hpp"
#include "base/sanitize.hpp"

#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

#include <utf8.h>

using namespace asio_chat;
using test::random_bytes;

namespace {

bool is_valid(std::string_view s) {
  return utf8::is_valid(s.begin(), s.end());
}

bool starts_a_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

} // namespace

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
    const std::string text = sanitize(random_bytes(random, 40));
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
    const std::string text = sanitize(random_bytes(random, 40));
    const std::size_t whole = count_characters(text);
    for (std::size_t n = 0; n <= whole + 1; ++n) {
      const std::string_view head = prefix_of_characters(text, n);
      REQUIRE(text.starts_with(head));
      REQUIRE(is_valid(head));
      REQUIRE(count_characters(head) == std::min(n, whole));
    }
  }
}
