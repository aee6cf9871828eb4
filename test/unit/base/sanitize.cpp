#include "base/sanitize.hpp"

#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <iterator>
#include <vector>

using namespace asio_chat;
using test::random_bytes;

namespace {

const std::string fffd(replacement_character);

bool is_valid(std::string_view s) {
  return utf8::is_valid(s.begin(), s.end());
}

std::string utf8_of(char32_t c) {
  std::string text;
  utf8::append(c, std::back_inserter(text));
  return text;
}

/// All characters that Unicode calls Bidi_Control, and those that break a line.
const std::vector<char32_t> steering{0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A,
                                     0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067,
                                     0x2068, 0x2069, 0xFEFF, 0x0085, 0x001B, 0x009B};

} // namespace

TEST_CASE("is_sanitized finds what sanitize would replace") {
  for (const char* clean : {"", "plain", "tab\tand\nnewline", "äöü €", "\U0001F600", "\u00A0"}) {
    INFO(clean);
    CHECK(is_sanitized(clean));
  }
  for (const char* unclean : {"\x1b[31m", "\r", "\a", "\x7f", "\xc2\x80", "\xc2\x9b", "a\xc2\x9f",
                              "\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    INFO(unclean);
    CHECK_FALSE(is_sanitized(unclean));
  }
  CHECK_FALSE(is_sanitized(std::string_view("\0", 1)));
}

TEST_CASE("C32 D19: sanitize replaces what is invalid and what controls a terminal") {
  CHECK(sanitize("as it was, äöü\t\n") == "as it was, äöü\t\n");
  CHECK(sanitize("a\xff\xfe"
                 "b") == "a" + fffd + fffd + "b");
  CHECK(sanitize("\x1b[2J") == fffd + "[2J");
  CHECK(sanitize("bell\a, del\x7f") == "bell" + fffd + ", del" + fffd);
  CHECK(sanitize("\xc2\x9b"
                 "31m") == fffd + "31m"); // CSI as one C1 character
  CHECK(sanitize("one\r\ntwo") == "one" + fffd + "\ntwo");
  CHECK(sanitize(std::string_view("a\0b", 3)) == "a" + fffd + "b");
  CHECK(sanitize("cut \xe2\x82") == "cut " + fffd);
}

TEST_CASE("C32: sanitize makes valid and clean text of any bytes") {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = random_bytes(random, 40);
    const std::string clean = sanitize(bytes);
    REQUIRE(is_valid(clean));
    REQUIRE(is_sanitized(clean));
    REQUIRE(sanitize(clean) == clean);
    REQUIRE(is_sanitized(bytes) == (clean == bytes));
  }
}

TEST_CASE("D19: sanitize_for_terminal gives one line that cannot reverse the terminal's text") {
  CHECK(sanitize_for_terminal("a\tb\nc") == "a b c");
  CHECK(sanitize_for_terminal("ab\u202Ecd") == "ab" + fffd + "cd");
  CHECK(sanitize_for_terminal("\u2066x\u2069") == fffd + "x" + fffd);
  CHECK(sanitize_for_terminal("a\u2028b\u2029c\uFEFF") == "a" + fffd + "b" + fffd + "c" + fffd);
  CHECK(sanitize_for_terminal("\x1b]0;title\a") == fffd + "]0;title" + fffd);
  CHECK(sanitize_for_terminal("\xff") == fffd);
  CHECK(sanitize_for_terminal("äöü €") == "äöü €");

  std::mt19937 random(2);
  for (int i = 0; i < 5'000; ++i) {
    const std::string line = sanitize_for_terminal(random_bytes(random, 40));
    REQUIRE(is_sanitized(line));
    REQUIRE(line.find_first_of("\t\n") == std::string::npos);
    REQUIRE(line.find("\u202E") == std::string::npos);
    REQUIRE(sanitize_for_terminal(line) == line);
  }
}

TEST_CASE("D19: every bidirectional control is replaced for a terminal, a log and JSON") {
  for (const char32_t c : steering) {
    INFO(static_cast<std::uint32_t>(c));
    const std::string bad = utf8_of(c);
    CHECK(steers_display(c));
    CHECK(sanitize_for_terminal("a" + bad + "b") == "a" + fffd + "b");
    const std::string logged = sanitize_for_log("a" + bad + "b", 100);
    CHECK(logged.find(bad) == std::string::npos);
    CHECK(logged.starts_with("a\\"));
    if (c < 0x20) continue; // JSON has none
    CHECK(sanitize_json_for_terminal("\"" + bad + "\"") ==
          fmt::format("\"\\u{:04x}\"", static_cast<std::uint32_t>(c)));
  }
}

TEST_CASE("characters that languages and emoji need reach a terminal") {
  for (const char* text : {"\u0645\u06CC\u200C\u062E", "\U0001F468\u200D\U0001F469", "❤\uFE0F",
                           "日本\u3000語", "a\u00A0b", "e\u0301"}) {
    INFO(text);
    CHECK(sanitize_for_terminal(text) == text);
    CHECK(sanitize_json_for_terminal(text) == text);
  }
}

TEST_CASE("is_blank: nothing would be seen of it") {
  for (const char* blank : {"",           " ",          "\t\n",          "\u200B",
                            "\uFEFF",     "\u3000",     "\u00A0",        "\u00AD",
                            "\u034F",     "\u061C",     "\u115F",        "\u1160",
                            "\u17B5",     "\u180E",     "\u2003",        "\u200D\uFE0F",
                            "\u2028",     "\u202E",     "\u2060",        "\u2069",
                            "\u206F",     "\u2800",     "\u3164",        "\uFFA0",
                            "\U0001D159", "\U0001D173", "\U000E0001",    "\U000E0041",
                            "\u0085",     "\x1b",       " \u3000 \u200B"}) {
    INFO(blank);
    CHECK(is_blank(blank));
  }
  for (const char* seen : {"a", " a", "\u200Bx", "\u3000。", "é", "\uFFFD", "\xff", "\u200B\xff",
                           "\u0301", "❤\uFE0F", "\U0001F600"}) {
    INFO(seen);
    CHECK_FALSE(is_blank(seen));
  }
}

TEST_CASE("sanitize_to_ascii leaves nothing but printable ASCII") {
  CHECK(sanitize_to_ascii("a\n\x7f\xC3\xA9 z~") == "a???? z~");
}

TEST_CASE("sanitize_bytes_for_terminal keeps lines of printable ASCII and spells out the rest") {
  CHECK(sanitize_bytes_for_terminal("HTTP/1.1 200 OK\r\na: ~\n") == "HTTP/1.1 200 OK\na: ~\n");
  CHECK(sanitize_bytes_for_terminal("\x1b[2J\t\x7f\xC3\xA9\r") ==
        "\\x1b[2J\\x09\\x7f\\xc3\\xa9\\x0d");
}

TEST_CASE("sanitize_for_log leaves plain text of any language as it is") {
  for (const char* text : {"", "hello world", "grüße", "日本語", "🙂", "it's \"so\""})
    CHECK(sanitize_for_log(text, 256) == text);
}

TEST_CASE("sanitize_for_log spells out invisible characters") {
  CHECK(sanitize_for_log("a\nb\r\tc", 256) == "a\\nb\\r\\tc");
  CHECK(sanitize_for_log("\x1b[31m\x07\x7f", 256) == "\\x1b[31m\\x07\\x7f");
  CHECK(sanitize_for_log(std::string_view("\0", 1), 256) == "\\x00");
  CHECK(sanitize_for_log("\xC2\x9B", 256) == "\\u009b");
  CHECK(sanitize_for_log("\xE2\x80\xAE"
                         "abc",
                         256) == "\\u202eabc");
  CHECK(sanitize_for_log("\xE2\x80\xA8", 256) == "\\u2028");
  CHECK(sanitize_for_log("\xF3\xA0\x81\x81", 256) == "\\U000e0041");
  CHECK(sanitize_for_log("a\\nb", 256) == "a\\\\nb");
  CHECK(sanitize_for_log("\"", 256, quotes::escape) == "\\\"");
}

TEST_CASE("sanitize_for_log spells out bytes that are not UTF-8") {
  CHECK(sanitize_for_log("\xFF", 256) == "\\xff");
  CHECK(sanitize_for_log("a\xC3", 256) == "a\\xc3");
  CHECK(sanitize_for_log("\xC0\x8A", 256) == "\\xc0\\x8a");          // an overlong newline
  CHECK(sanitize_for_log("\xED\xA0\x80", 256) == "\\xed\\xa0\\x80"); // a surrogate
  CHECK(sanitize_for_log("ok\xFFgrü", 256) == "ok\\xffgrü");
}

TEST_CASE("sanitize_for_log cuts long text with an ellipsis, between characters") {
  CHECK(sanitize_for_log(std::string(256, 'a'), 256) == std::string(256, 'a'));
  CHECK(sanitize_for_log(std::string(257, 'a'), 256) == std::string(253, 'a') + "…");
  CHECK(sanitize_for_log("ääää", 7) == "ää…");
  CHECK(sanitize_for_log("ab\n\n", 5) == "ab…");
  CHECK(sanitize_for_log(std::string(1 << 20, '\n'), 256).size() <= 256);
}

TEST_CASE("sanitize_for_log makes one short, clean line of any bytes") {
  std::mt19937 random(20261121);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<std::size_t> length(0, 600);
  for (int i = 0; i < 5000; ++i) {
    std::string noise(length(random), '\0');
    for (char& c : noise)
      c = static_cast<char>(byte(random));
    const std::string line = sanitize_for_log(noise, 256);
    REQUIRE(line.size() <= 256);
    REQUIRE(sanitize_for_terminal(line) == line);
  }
}

TEST_CASE("a word for a shell is one word, and says what it was") {
  CHECK(shell_word("/var/lib/chat/keys.db") == "/var/lib/chat/keys.db");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("my files") == "'my files'");
  CHECK(shell_word("it's") == R"('it'\''s')");
  CHECK(shell_word("$(reboot)") == "'$(reboot)'");
  CHECK(shell_word("~") == "'~'");
  CHECK(shell_word("back\\slash") == R"('back\slash')");
  CHECK(shell_word("Grüße") == "'Grüße'");
  CHECK(shell_word("it's\n\\") == R"($'it\'s\n\\')");
  CHECK(shell_word("\xFF\x1B[31m") == R"($'\xff\x1b[31m')");
}
