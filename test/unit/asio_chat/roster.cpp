#include "roster.hpp"

#include "model/names.hpp"
#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

TEST_CASE("asio-chat roster: follows joins, leaves, renames and members who speak") {
  roster r;
  r.observe(room_state{"", "lobby", "", {"alice", "bob"}, {1, 7}});
  r.observe(room_state{"", "den", "", {"alice"}, {}});
  CHECK(r.rooms() == std::vector<std::string>{"den", "lobby"});
  CHECK(r.names() == std::vector<std::string>{"alice", "bob"});
  r.observe(member_joined{"den", "carol"});
  r.observe(member_left{"lobby", "bob"});
  r.observe(member_renamed{"den", "carol", "caro"});
  r.observe(entry{"lobby", {1, 8}, {}, "dave", entry_kind::message, "hi", ""});
  r.observe(entry{"lobby", {1, 7}, {}, "gone", entry_kind::message, "said before one came", ""});
  r.observe(entry{
      "lobby", {1, 9}, {}, std::string(name_of_server), entry_kind::message, "slow mode", ""});
  r.observe(member_joined{"elsewhere", "eve"});
  CHECK(r.names() == std::vector<std::string>{"alice", "caro", "dave"});
  r.left("den");
  CHECK_FALSE(r.is_in("den"));
  connected again;
  again.again = true;
  r.observe(again);
  CHECK(r.names().empty());
}

TEST_CASE("asio-chat roster: keeps so many names of a room, and says once when it stops") {
  roster r;
  room_state full{"", "den", "", {}, {}};
  for (std::size_t i = 0; i < roster::max_names + 5; ++i)
    full.members.push_back("name" + std::to_string(i));
  const auto notice = r.observe(full);
  REQUIRE(notice);
  CHECK(*notice ==
        "[10000 names of #den are kept in mind and no more: it is more than serves anybody]");
  CHECK(r.names().size() == roster::max_names);
  CHECK_FALSE(r.observe(member_joined{"den", "one more"}));
  CHECK_FALSE(r.observe(entry{"den", {1, 8}, {}, "another", entry_kind::message, "hi", ""}));
  CHECK(r.names().size() == roster::max_names);
  // Another room has names of its own.
  CHECK_FALSE(r.observe(room_state{"", "nook", "", {"alice"}, {}}));
  CHECK(r.names().size() == roster::max_names + 1);
  // A leave makes room; when it is full again that is news no more, before one comes in anew.
  r.observe(member_left{"den", "name7"});
  CHECK_FALSE(r.observe(member_joined{"den", "one more"}));
  r.left("den");
  CHECK(r.observe(full));
}

TEST_CASE("asio-chat roster: keeps so many rooms, and says once when it stops") {
  roster r;
  for (std::size_t i = 0; i < roster::max_rooms; ++i)
    CHECK_FALSE(r.observe(room_state{"", "room" + std::to_string(i), "", {}, {}}));
  CHECK(r.observe(room_state{"", "more", "", {}, {}}) ==
        "[1000 rooms are kept in mind and no more: it is more than serves anybody]");
  CHECK_FALSE(r.observe(room_state{"", "yet more", "", {}, {}}));
  CHECK_FALSE(r.is_in("more"));
  CHECK(r.rooms().size() == roster::max_rooms);
  CHECK_FALSE(r.observe(room_state{"", "room7", "", {"alice"}, {}}));
}

TEST_CASE("asio-chat roster: guests are known by the state of a room and by who joins") {
  roster r;
  room_state den{"", "den", "", {"alice", "bob"}, {}};
  den.guests = {"bob", "nobody here"};
  r.observe(den);
  REQUIRE(r.guests_of("den"));
  CHECK(*r.guests_of("den") == std::set<std::string>{"bob"});
  r.observe(member_joined{"den", "carol", true});
  r.observe(member_renamed{"den", "bob", "rob"});
  CHECK(*r.guests_of("den") == std::set<std::string>{"carol", "rob"});
  r.observe(member_left{"den", "rob"});
  r.observe(member_joined{"den", "rob"}); // has an account now
  CHECK(*r.guests_of("den") == std::set<std::string>{"carol"});
  r.observe(member_joined{"elsewhere", "eve", true});
  CHECK_FALSE(r.guests_of("elsewhere"));
  r.left("den");
  CHECK_FALSE(r.guests_of("den"));
}

TEST_CASE(
    "asio-chat roster: how members are displayed is known until there is another connection") {
  roster r;
  r.observe(room_state{"", "den", "", {"alice"}, {}});
  r.observe(list_of_displayed({"alice Alice Smith"}));
  r.observe(list_of_away({"alice away"}));
  CHECK(r.displayed().of("alice") == "Alice Smith");
  CHECK(r.away().of("alice") == "away");
  connected again;
  again.again = true;
  r.observe(again);
  CHECK(r.displayed().of("alice").empty());
  CHECK(r.away().of("alice").empty());
}
