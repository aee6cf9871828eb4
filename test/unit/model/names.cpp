#include "model/names.hpp"

#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

using namespace asio_chat;

namespace {

const limits usual;

errc code_of(const failure& f) {
  return static_cast<errc>(f.code.value());
}

} // namespace

TEST_CASE("fold_name folds the case of ASCII letters alone") {
  CHECK(fold_name("Alice_B-2") == "alice_b-2");
  CHECK(fold_name("[{^") == "[{^");
  CHECK(fold_name("Ä") == "Ä");
  CHECK(fold_name("") == "");
}

TEST_CASE("C26: names of members") {
  for (const char* good :
       {"a", "Alice", "_x", "9lives", "a-b_c.d[e]{f}|g^h`i~", "twenty.characters.ok"}) {
    INFO(good);
    CHECK(check_member_name(good, usual).has_value());
  }
  for (const char* bad : {"", "-dash", ".dot", "two words", "tab\t", "new\nline", "ä", "a:b", "#a",
                          "a/b", "@a", "exclaims!", "\x1b[m"}) {
    INFO(bad);
    const auto checked = check_member_name(bad, usual);
    REQUIRE_FALSE(checked.has_value());
    CHECK(code_of(checked.error()) == errc::name_invalid);
  }
  CHECK_FALSE(check_member_name(std::string_view("a\0b", 3), usual).has_value());
}

TEST_CASE("C26: a name has as many characters as the limit says") {
  CHECK(check_member_name(std::string(20, 'x'), usual).has_value());
  const auto longer = check_member_name(std::string(21, 'x'), usual);
  REQUIRE_FALSE(longer.has_value());
  CHECK(longer.error().message == "a name has at most 20 characters");
  limits short_names;
  short_names.name_characters = 3;
  CHECK(check_member_name("abc", short_names).has_value());
  CHECK_FALSE(check_member_name("abcd", short_names).has_value());
}

TEST_CASE("C26: mend_member_name makes of a wish the nearest name") {
  CHECK(mend_member_name("alice", usual) == "alice");
  CHECK(mend_member_name("  alice \n", usual) == "alice");
  CHECK(mend_member_name("Bob Smith", usual) == "Bob_Smith");
  CHECK(mend_member_name("Jürgen", usual) == "J_rgen");
  CHECK(mend_member_name("-x-", usual) == "_x-");
  CHECK(mend_member_name(std::string(30, 'b'), usual) == std::string(20, 'b'));
  CHECK(mend_member_name("a\xff\xfe", usual) == "a__");
  CHECK(mend_member_name("", usual) == "");
  CHECK(mend_member_name("   ", usual) == "");
  CHECK(mend_member_name("äöü", usual) == ""); // three lines say nobody's name
  CHECK(mend_member_name("---", usual) == "");
}

TEST_CASE("C26: mending any wish gives a name or nothing") {
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const std::string wish = test::random_bytes(random, 30);
    const std::string mended = mend_member_name(wish, usual);
    if (!mended.empty()) REQUIRE(check_member_name(mended, usual).has_value());
    if (check_member_name(wish, usual) && wish.find_first_not_of("_-.[]{}|^`~") != wish.npos) {
      REQUIRE(mended == wish);
    }
  }
}

TEST_CASE("names of rooms are small letters, a leading # is dropped") {
  CHECK(check_room_name("lobby", usual).value() == "lobby");
  CHECK(check_room_name("#Lobby", usual).value() == "lobby");
  CHECK(check_room_name("C-plus_plus.20", usual).value() == "c-plus_plus.20");
  CHECK(check_room_name("1", usual).value() == "1");
  for (const char* bad : {"", "#", "##a", "-a", "_a", ".a", "a b", "ä", "a/b", "a#", "a\n"}) {
    INFO(bad);
    const auto checked = check_room_name(bad, usual);
    REQUIRE_FALSE(checked.has_value());
    CHECK(code_of(checked.error()) == errc::room_invalid);
  }
  CHECK(check_room_name(std::string(32, 'r'), usual).has_value());
  CHECK(check_room_name("#" + std::string(32, 'r'), usual).has_value());
  const auto longer = check_room_name(std::string(33, 'r'), usual);
  REQUIRE_FALSE(longer.has_value());
  CHECK(longer.error().message == "a room's name has at most 32 characters");
}

TEST_CASE("names: a room as a person types it") {
  CHECK(proper_room_name("#Den") == "den");
  CHECK(proper_room_name("den") == "den");
  CHECK(proper_room_name("no room!") == "no room!");
  CHECK(proper_room_name("") == "");
}
