#include "client/login.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::client_room;
namespace native = asio_chat::wire::native;

TEST_CASE("login: joins the other rooms after the welcome, and leaves out those that refuse") {
  login l({"alice", {}, {}, ""},
          {{"", "lobby", position{7, 3}}, {"", "den", position{7, 9}}, {"", "attic", {}, 5}}, true);
  auto first = l.take_requests();
  REQUIRE(first.size() == 1);
  CHECK(std::get<native::hello>(first[0]).room == "lobby");
  CHECK(std::get<native::hello>(first[0]).after == position{7, 3});
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  auto joins = l.take_requests();
  REQUIRE(joins.size() == 2);
  CHECK(std::get<native::join>(joins[0]).after == position{7, 9});
  CHECK(std::get<native::join>(joins[1]).room == "attic");
  CHECK(std::get<native::join>(joins[1]).history == 5);
  CHECK(l.on(room_state{"", "lobby", "", {}, {}}) == login::outcome::under_way);
  CHECK(l.on(refused{"join-1", errc::room_invalid, "no"}) == login::outcome::under_way);
  CHECK(l.on(room_state{"join-2", "attic", "", {}, {}}) == login::outcome::done);
}

TEST_CASE("login: when the first room has refused us, who is in another one is no answer") {
  login l({"alice", {}, {}, ""}, {{"", "lobby"}, {"", "den"}}, true);
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  CHECK(l.on(refused{"", errc::too_many_rooms, "no"}) == login::outcome::under_way);
  // It came back to den meanwhile, and is told who is there once more: not that it may stay.
  CHECK(l.on(room_state{"", "den", "", {}, {}}) == login::outcome::under_way);
  CHECK(l.on(room_state{"join-1", "den", "", {}, {}}) == login::outcome::done);
}

TEST_CASE("login: keeps the goodbye, and knows which room refused us") {
  login l({"alice", {}, {}, ""}, {{"", "lobby"}, {"", "den"}}, true);
  CHECK_FALSE(l.goodbye());
  CHECK(l.room_of(refused{"", errc::room_invalid, "no"}) == "lobby");
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  CHECK(l.room_of(refused{"join-1", errc::room_invalid, "no"}) == "den");
  CHECK(l.on(native::goodbye{{close_code::replaced, "elsewhere"}}) == login::outcome::failed);
  CHECK(l.goodbye() == close_reason{close_code::replaced, "elsewhere"});
}

TEST_CASE("login: a second welcome is against the protocol") {
  login l({"alice", {}, {}, ""}, {{"", "lobby"}}, false);
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::failed);
  CHECK(l.why().code == errc::protocol_error);
}

TEST_CASE("login: who is in the first room is its answer once, and only the first time counts") {
  login l({"alice", {}, {}, ""}, {{"", "lobby"}, {"", "den"}}, false);
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  CHECK(l.on(room_state{"", "lobby", "", {}, {}}) == login::outcome::under_way);
  CHECK(l.on(room_state{"", "lobby", "", {}, {}}) == login::outcome::under_way);
  CHECK(l.on(room_state{"join-1", "den", "", {}, {}}) == login::outcome::done);
}

TEST_CASE("login: a goodbye becomes the error that fits its reason") {
  const std::vector<std::pair<close_code, errc>> table{
      {close_code::wrong_passphrase, errc::wrong_passphrase},
      {close_code::server_stopping, errc::server_stopping},
      {close_code::login_timeout, errc::timed_out},
      {close_code::protocol_error, errc::protocol_error},
      {close_code::frame_too_large, errc::protocol_error},
      {close_code::replaced, errc::closed_by_server}};
  for (const auto& [reason, code] : table) {
    login l({"alice", {}, {}, ""}, {{"", "lobby"}}, false);
    CHECK(l.on(native::goodbye{{reason, "so"}}) == login::outcome::failed);
    CHECK(l.why().code == code);
    CHECK(l.why().message == "the server closed the connection: so");
  }
}

TEST_CASE("login: who wants rooms of two asks for them behind those that are known") {
  native::hello hello{"alice", {}, {}, ""};
  hello.direct_rooms = true;
  login l(hello, {{"", "lobby"}, {"", "@bob", position{7, 3}}}, true);
  CHECK(std::get<native::hello>(l.take_requests().front()).direct_rooms);
  l.on(native::welcome{"alice", "", 1, {}});
  const auto joins = l.take_requests();
  REQUIRE(joins.size() == 2);
  CHECK(std::get<native::join>(joins[0]).room == "@bob");
  CHECK(std::get<native::join>(joins[1]).room == "@");
  CHECK(std::get<native::join>(joins[1]).ref == login::direct_ref);
  CHECK(l.on(room_state{"", "lobby", "", {}, {}}) == login::outcome::under_way);
  CHECK(l.on(room_state{"join-1", "@bob", "", {}, {}}) == login::outcome::done);
}
