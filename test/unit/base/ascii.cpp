#include "base/ascii.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("of all bytes, the letters of ASCII alone have another case") {
  int changed_down = 0;
  int changed_up = 0;
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    changed_down += ascii::lower(c) != c;
    changed_up += ascii::upper(c) != c;
    if (ascii::lower(c) != c) CHECK(ascii::upper(ascii::lower(c)) == c);
  }
  CHECK(changed_down == 26);
  CHECK(changed_up == 26);
  CHECK(ascii::lower(std::string("[AZ@az`{\xC3\x84")) == "[az@az`{\xC3\x84");
}

TEST_CASE("letters, digits and hexadecimal digits are told from their neighbours") {
  for (const char c : {'0', '9', 'a', 'z', 'A', 'Z'})
    CHECK(ascii::is_alphanumeric(c));
  for (const char c : {'/', ':', '`', '{', '@', '[', '\xE4'})
    CHECK_FALSE(ascii::is_alphanumeric(c));
  CHECK(ascii::is_graphic('!'));
  CHECK(ascii::is_graphic('~'));
  for (const char c : {' ', '\x7F', '\xA1'})
    CHECK_FALSE(ascii::is_graphic(c));
  CHECK(ascii::hex_value('0') == 0);
  CHECK(ascii::hex_value('9') == 9);
  CHECK(ascii::hex_value('a') == 10);
  CHECK(ascii::hex_value('F') == 15);
  for (const char c : {'/', ':', '`', 'g', '@', 'G'})
    CHECK(ascii::hex_value(c) == -1);
}

TEST_CASE("one byte above 127 makes a text no ASCII, wherever it is") {
  CHECK(ascii::is_ascii(""));
  std::string text(40, '\x7F');
  CHECK(ascii::is_ascii(text));
  for (char& c : text) {
    c = '\x80';
    CHECK_FALSE(ascii::is_ascii(text));
    c = '\0';
  }
}

TEST_CASE("texts are compared without minding the case of their letters") {
  CHECK(ascii::equal_ignoring_case("/Quit", "/qUIT"));
  CHECK_FALSE(ascii::equal_ignoring_case("quit", "quits"));
  CHECK_FALSE(ascii::equal_ignoring_case("[", "{"));
  CHECK(ascii::starts_ignoring_case("/JOIN den", "/join "));
  CHECK(ascii::starts_ignoring_case("/join", ""));
  CHECK_FALSE(ascii::starts_ignoring_case("/joi", "/join"));
}
