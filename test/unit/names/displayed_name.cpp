#include "names/displayed_name.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace asio_chat;

namespace {

std::string shown(std::string_view name) {
  const auto good = check_displayed_name(name);
  return good ? *good : "refused: " + good.error().message;
}

bool is_refused(std::string_view name) {
  const auto good = check_displayed_name(name);
  return !good && good.error().code == errc::name_invalid;
}

bool looks_like(std::string_view name, std::string_view look) {
  const auto all = looks_of_displayed(name);
  return std::ranges::find(all, look) != all.end();
}

} // namespace

TEST_CASE("displayed names are words of any script, with their capitals and signs") {
  for (const char* name :
       {"Alice Smith", "O'Brien, Jr.", "José Ñ", "Дмитрий", "דוד כהן", "山田 太郎", "ＡＢＣ Ltd",
        "Dr. A (at work)", "ジョン・スミス", "x", "2nd", "Alice 🙂"})
    CHECK(shown(name) == name);
  CHECK(shown("  Alice \xC2\xA0 Smith\xE3\x80\x80") ==
        "Alice Smith");                          // blanks of all kinds are one
  CHECK(shown("Jose\xCC\x81") == "Jos\xC3\xA9"); // composed
  CHECK(shown(std::string(40, 'x')) == std::string(40, 'x'));
}

TEST_CASE("displayed names have nothing in them that is not seen, or that turns the line round") {
  for (const char* name : {"",
                           "   ",
                           "...",
                           "\xF0\x9F\x99\x82",
                           "a\nb",
                           "a\tb",
                           "a\x1b[31mb",
                           "a\x7f",
                           "a\xC2\x85",
                           "a\xE2\x80\xAE"
                           "b",
                           "a\xE2\x80\x8F"
                           "b",
                           "a\xE2\x81\xA6"
                           "b",
                           "a\xE2\x80\x8B"
                           "b",
                           "a\xEF\xBB\xBF",
                           "a\xC2\xAD"
                           "b",
                           "a\xF3\xA0\x80\xA0",
                           "a\xEE\x80\x80",
                           "a\xED\xA0\x80",
                           "\xFF",
                           "a\xE2\x80\xA8"
                           "b",
                           "-x",
                           "- @bob",
                           "Alice \"x\", bob \"y",
                           "x\u201D, bob (guest), carl \u201Cy",
                           "x\uFF02y",
                           "x\u2033y",
                           "x\u02BAy",
                           "a\u2800b",
                           "a \u0301b",
                           "a\u0316\u0317\u0318\u0319\u031C"}) {
    INFO(name);
    CHECK(is_refused(name));
  }
  CHECK(is_refused(std::string(41, 'x')));
  CHECK(is_refused(std::string(10'000, 'x')));
  CHECK(is_refused(std::string("a") + std::string(1, '\0')));
}

TEST_CASE("a word of a displayed name is seen as what it is, and stands for no server") {
  CHECK(is_refused("\xD0\x90lice")); // a Cyrillic A before Latin letters
  CHECK_FALSE(is_refused("Alice \xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD"));
  CHECK(is_refused("\xD7\x90"
                   "a\xD7\x91")); // letters of both directions
  for (const char* name : {"Admin", "the SERVER", "-server-", "s.y.s.t.e.m", "Operator (2nd)",
                           "\xD0\x85ystem", "Admin/Support", "Server:1", "Operator(2nd)",
                           "S y s t e m", "\u24B6\u24D3\u24DC\u24D8\u24DD 1"})
    CHECK(is_refused(name));
  CHECK_FALSE(is_refused("Administration"));
}

TEST_CASE("digits for letters make no other name of the server's") {
  for (const char* name : {"adm1n", "Adm1n", "admln", "0wner", "The 0wner", "r00t", "asio-chat",
                           "Asio-Chatd", "as1o-chat", "asiochat"})
    CHECK(is_refused(name));
  for (const char* name : {"Ada 1", "Lili", "0x10", "asio"})
    CHECK_FALSE(is_refused(name));
  const auto has = [](std::string_view name, std::string_view other) {
    const auto all = mistaken_for(name);
    return std::ranges::find(all, other) != all.end();
  };
  CHECK(has("aIice", "alice"));
  CHECK(has("a1ice", "alice"));
  CHECK(has("B0b", "bob"));
  CHECK_FALSE(has("alicia", "alice"));
  CHECK(mistaken_for(std::string(40, 'l')).size() <= 2 * 256);
}

TEST_CASE("a displayed name may be taken for a name with the same letters") {
  CHECK(looks_like("Bob", "bob"));
  CHECK(looks_like("b. o. b!", "bob"));
  CHECK(looks_like("\xEF\xBC\xA2\xEF\xBC\xAF\xEF\xBC\xA2", "bob")); // wide
  CHECK(looks_like("\xD1\x81\xD0\xB0\xD1\x80", "cap"));             // Cyrillic
  CHECK(looks_like("b\u24DEb", "bob"));                             // in a circle
  CHECK_FALSE(looks_like("Bobby", "bob"));
}
