// What a host program sees of its server, and what it ends.

#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

using namespace asio_chat;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

TEST_CASE("a host sees all connections, logged in or not, by numbers that are used once") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto nobody = w.connect();
  const auto all = w.chat->sessions();
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "alice");
  CHECK(all[0].address == "memory");
  CHECK(all[0].user.empty());
  CHECK(all[1].name.empty());
  CHECK(all[0].number < all[1].number);
  alice->hang_up();
  w.run();
  w.log_in("bob");
  const auto now = w.chat->sessions();
  REQUIRE(now.size() == 2);
  CHECK(now[0].number == all[1].number);
  CHECK(now[1].number > all[1].number);
}

TEST_CASE("a host sees the rooms that have members") {
  server_world w;
  CHECK(w.chat->rooms().empty());
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  w.say(alice, "{'type':'join','room':'den'}");
  w.say(alice, "{'type':'command','ref':'r','room':'den','line':'/topic tea'}");
  const auto rooms = w.chat->rooms();
  REQUIRE(rooms.size() == 2);
  CHECK(rooms[0].name == "den");
  CHECK(rooms[0].topic == "tea");
  CHECK(rooms[0].members == 1);
  CHECK(rooms[1].name == "lobby");
  CHECK(rooms[1].members == 2);
}

TEST_CASE("a host ends a connection, with a reason that the client is told") {
  server_world w;
  const auto alice = w.log_in("alice");
  const std::uint64_t number = w.chat->sessions().at(0).number;
  CHECK(w.chat->close(number, {close_code::removed, "be\nnice"}));
  w.run();
  const auto heard = alice->take();
  REQUIRE(types(heard) == words{"goodbye"});
  CHECK(heard[0].at("code") == 2008);
  CHECK(heard[0].at("reconnect") == false);
  CHECK(std::string(heard[0].at("phrase").as_string()).find('\n') == std::string::npos);
  CHECK(w.chat->stats().members == 0);
  CHECK_FALSE(w.chat->close(number, {close_code::removed, ""}));
}

TEST_CASE("a host ends a connection from inside of a hook") {
  server_world* world = nullptr;
  server_world w({}, {.on_post = [&](const post_request& p, const post_answer_handler& h) {
                   world->chat->close(p.by.session, {close_code::removed, "enough"});
                   h(post_accepted{});
                 }});
  world = &w;
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  const auto heard = w.say(alice, "{'type':'send','id':'m','room':'lobby','text':'last words'}");
  CHECK(types(heard).back() == "goodbye");
  CHECK(types(bob->take()) == words{"event left", "event message"});
}
