#include "model/names.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

namespace {

const limits usual;

errc code_of(const failure& f) {
  return static_cast<errc>(f.code.value());
}

} // namespace

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
