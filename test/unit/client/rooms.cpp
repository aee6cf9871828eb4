#include "client/rooms.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::client_room;

namespace {

event entered(position head, std::string room = "lobby") {
  return room_state{"", std::move(room), "", {}, head};
}
event said(position at, std::string room = "lobby") {
  return entry{std::move(room), at, {}, "bob", entry_kind::message, "hi", ""};
}
event kept(position at) {
  return acknowledged{"id", "lobby", at, {}, false};
}

} // namespace

TEST_CASE("read positions: follow the entries, and know those that were had") {
  read_positions b({}, {});
  CHECK_FALSE(b.of("lobby"));
  CHECK(b.observe(entered({7, 2})));
  CHECK(b.observe(said({7, 1})));
  CHECK(b.observe(said({7, 2})));
  CHECK(b.of("lobby") == position{7, 2});
  CHECK_FALSE(b.observe(said({7, 2})));
  CHECK_FALSE(b.observe(said({7, 1})));
  CHECK(b.observe(said({7, 5})));
  CHECK(b.all() == std::map<std::string, position>{{"lobby", {7, 5}}});
}

TEST_CASE("read positions: of a room of two that the server brings, all is news that comes") {
  read_positions b(0, {});
  b.observe(entered({7, 30}, "@bob"));
  CHECK(b.observe(said({7, 28}, "@bob")));
  CHECK(b.observe(said({7, 29}, "@bob")));
  CHECK_FALSE(b.observe(said({7, 29}, "@bob")));
  CHECK(b.of("@bob") == position{7, 29});
  // One that was asked for is as any other.
  b.observe(event(room_state{"r", "@carl", "", {}, {7, 30}}));
  CHECK_FALSE(b.observe(said({7, 29}, "@carl")));
}

TEST_CASE("read positions: where nothing was read, what was asked for is still to come") {
  read_positions ten(10, {});
  ten.observe(entered({7, 30}));
  CHECK(ten.of("lobby") == position{7, 20});
  read_positions none(0, {});
  none.observe(entered({7, 30}));
  CHECK(none.of("lobby") == position{7, 30});
  CHECK_FALSE(none.observe(said({7, 30})));
  read_positions usual({}, {});
  usual.observe(entered({7, 30}));
  CHECK(usual.of("lobby") == position{7, 0});
  // The server gives as much as it likes.
  read_positions generous({}, {});
  generous.observe(entered({7, 300}));
  CHECK(generous.observe(said({7, 100})));
  CHECK(generous.of("lobby") == position{7, 100});
}

TEST_CASE("read positions: our own entry counts if nothing is missing before it") {
  read_positions b(0, {});
  b.observe(entered({7, 3}));
  CHECK(b.observe(kept({7, 4})));
  CHECK(b.of("lobby") == position{7, 4});
  b.observe(kept({7, 6}));
  CHECK(b.of("lobby") == position{7, 4});
  CHECK(b.observe(said({7, 5})));
  CHECK(b.of("lobby") == position{7, 5});
  b.observe(kept({8, 6}));
  CHECK(b.of("lobby") == position{7, 5});
}

TEST_CASE("read positions: a new epoch begins anew, a gap is stepped over") {
  read_positions b({}, {});
  b.observe(entered({7, 0}));
  b.observe(said({7, 9}));
  CHECK(b.observe(said({8, 1})));
  CHECK(b.of("lobby") == position{8, 1});
  CHECK(b.observe(event(entries_missed{"lobby", {8, 1}, {8, 40}})));
  CHECK(b.of("lobby") == position{8, 39});
  CHECK_FALSE(b.observe(event(entries_missed{"lobby", {8, 1}, {8, 40}})));
  CHECK(b.observe(said({8, 40})));
  CHECK(b.observe(event(entries_missed{"lobby", {8, 40}, {9, 0}})));
  CHECK(b.of("lobby") == position{9, 0});
}

TEST_CASE("read positions: a log that was put back is followed from its end") {
  read_positions b({}, {});
  b.observe(entered({7, 0}));
  b.observe(said({7, 41}));
  CHECK(b.observe(event(entries_missed{"lobby", {7, 41}, {7, 4}})));
  CHECK(b.of("lobby") == position{7, 3});
  CHECK(b.observe(said({7, 4})));
}

TEST_CASE("read positions: of an earlier client are kept when the room is entered again") {
  read_positions b(5, {{"lobby", {7, 4}}});
  CHECK(b.of("lobby") == position{7, 4});
  b.observe(entered({7, 20}));
  CHECK(b.of("lobby") == position{7, 4});
  CHECK_FALSE(b.observe(said({7, 4})));
  b.forget("lobby");
  CHECK_FALSE(b.of("lobby"));
  b.observe(entered({7, 20}));
  CHECK(b.of("lobby") == position{7, 15});
}

namespace {

void check_tag(const read_positions& b, std::uint64_t tag, std::uint64_t of) {
  CHECK(b.of("lobby")->tag == tag);
  CHECK(b.of("lobby")->tag_offset == of);
}

} // namespace

TEST_CASE("read positions: keep the newest tag that was heard of") {
  read_positions b(0, {});
  b.observe(entered({7, 3, 0xa, 3}));
  check_tag(b, 0xa, 3);
  b.observe(said({7, 4}));
  check_tag(b, 0xa, 3);
  b.observe(said({7, 5, 0xb, 5}));
  check_tag(b, 0xb, 5);
  b.observe(kept({7, 9, 0xc, 9})); // ahead of what was read
  CHECK(b.of("lobby") == position{7, 5});
  check_tag(b, 0xc, 9);
  b.observe(said({7, 6, 0xd, 6}));
  check_tag(b, 0xc, 9);
  b.observe(said({8, 1}));
  check_tag(b, 0, 0);
}

TEST_CASE("read positions: the tag of another log proves nothing of what was read") {
  read_positions b(0, {{"lobby", {7, 4, 0xa, 4}}});
  b.observe(entered({7, 9, 0xb, 9}));
  check_tag(b, 0xa, 4); // until it is said what log that is
  SECTION("one that has other entries") {
    b.observe(event(entries_missed{"lobby", {7, 4}, {7, 1}}));
  }
  SECTION("one with a gap") {
    b.observe(event(entries_missed{"lobby", {7, 4}, {7, 8}}));
  }
  check_tag(b, 0, 0);
}

TEST_CASE("read positions: only of rooms one is in") {
  read_positions b({}, {});
  CHECK(b.observe(said({7, 4}, "elsewhere")));
  CHECK(b.observe(event(member_joined{"elsewhere", "bob"})));
  CHECK(b.all().empty());
}

TEST_CASE("membership: is what the server says") {
  membership m("alice", "lobby");
  CHECK(m.rooms() == std::vector<std::string>{"lobby"});
  m.observe(room_state{"", "lobby", "", {}, {}});
  m.observe(room_state{"", "den", "", {}, {}});
  CHECK(m.rooms() == std::vector<std::string>{"lobby", "den"});
  m.observe(member_left{"den", "bob"});
  CHECK(m.rooms().size() == 2);
  CHECK(m.observe(reply{"r", "leave", {"you left #Den"}, {"#Den"}}) == "den");
  CHECK(m.rooms() == std::vector<std::string>{"lobby"});
  m.observe(member_renamed{"lobby", "alice", "ally"});
  CHECK(m.name() == "ally");
  m.observe(reply{"r", "nick", {}, {"al"}});
  CHECK(m.name() == "al");
  m.observe(member_left{"lobby", "al"});
  CHECK(m.rooms().empty());
}

TEST_CASE("membership: the answers about an account say who one is, and whether one has one") {
  membership m("guest", "");
  CHECK_FALSE(m.account());
  m.observe(reply{"r", "login", {"you are logged in as alice"}, {"alice"}, {}});
  CHECK(m.account());
  CHECK(m.name() == "alice");
  m.observe(refused{"r", errc::not_allowed, "wrong name or password"});
  CHECK(m.account());
  m.named("alice"); // as a later welcome says it
  CHECK(m.account());
  m.observe(reply{"r", "logout", {"you are a guest"}, {"alice-2"}, {}});
  CHECK_FALSE(m.account());
  CHECK(m.name() == "alice-2");
  m.observe(reply{"r", "register", {}, {"alice-2"}, {}});
  CHECK(m.account());
}
