#include "ops/visible.hpp"

#include "base/utf8.hpp"
#include "support/catch.hpp"

#include <random>

using namespace asio_chat;
using namespace asio_chat::ops;

TEST_CASE("plain text of any language stays as it is", "[ops]") {
  for (const char* text : {"", "hello world", "grüße", "日本語", "🙂", "it's \"so\""})
    CHECK(visible(text, 256) == text);
}

TEST_CASE("what cannot be seen is spelled out", "[ops]") {
  CHECK(visible("a\nb\r\tc", 256) == "a\\nb\\r\\tc");
  CHECK(visible("\x1b[31m\x07\x7f", 256) == "\\x1b[31m\\x07\\x7f");
  CHECK(visible(std::string_view("\0", 1), 256) == "\\x00");
  CHECK(visible("\xC2\x9B", 256) == "\\u009b");
  CHECK(visible("\xE2\x80\xAE"
                "abc",
                256) == "\\u202eabc");
  CHECK(visible("\xE2\x80\xA8", 256) == "\\u2028");
  CHECK(visible("\xF3\xA0\x81\x81", 256) == "\\U000e0041");
  CHECK(visible("a\\nb", 256) == "a\\\\nb");
  CHECK(visible("\"", 256, quotes::escape) == "\\\"");
}

TEST_CASE("bytes that are not UTF-8 are spelled out", "[ops]") {
  CHECK(visible("\xFF", 256) == "\\xff");
  CHECK(visible("a\xC3", 256) == "a\\xc3");
  CHECK(visible("\xC0\x8A", 256) == "\\xc0\\x8a");          // an overlong newline
  CHECK(visible("\xED\xA0\x80", 256) == "\\xed\\xa0\\x80"); // a surrogate
  CHECK(visible("ok\xFFgrü", 256) == "ok\\xffgrü");
}

TEST_CASE("long text is cut with an ellipsis, between characters", "[ops]") {
  CHECK(visible(std::string(256, 'a'), 256) == std::string(256, 'a'));
  CHECK(visible(std::string(257, 'a'), 256) == std::string(253, 'a') + "…");
  CHECK(visible("ääää", 7) == "ää…");
  CHECK(visible("ab\n\n", 5) == "ab…");
  CHECK(visible(std::string(1 << 20, '\n'), 256).size() <= 256);
}

TEST_CASE("noise becomes one short clean line", "[ops]") {
  std::mt19937 random(20261121);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<std::size_t> length(0, 600);
  for (int i = 0; i < 5000; ++i) {
    std::string noise(length(random), '\0');
    for (char& c : noise)
      c = static_cast<char>(byte(random));
    const std::string line = visible(noise, 256);
    REQUIRE(line.size() <= 256);
    REQUIRE(harmless_line(line) == line);
  }
}
