#include "room_focus.hpp"

#include "support/catch.hpp"

using namespace asio_chat::app;

TEST_CASE("asio-chat focus: the first room is home, others are in the prompt") {
  room_focus f;
  CHECK_FALSE(f.has_home());
  CHECK(f.room().empty());
  f.entered("lobby");
  CHECK(f.has_home());
  CHECK(f.prompt() == "> ");
  f.entered("den");
  CHECK(f.room() == "lobby");
  f.look_at("den");
  CHECK(f.room() == "den");
  CHECK(f.prompt() == "#den> ");
  CHECK_FALSE(f.obstacle());
}

TEST_CASE("asio-chat focus: a user who leaves the room looked at looks at the oldest one") {
  room_focus f;
  f.entered("lobby");
  f.look_at("den");
  f.look_at("attic");
  f.left("den");
  CHECK(f.room() == "attic");
  f.left("attic");
  CHECK(f.prompt() == "> ");
  f.left("lobby");
  CHECK(f.room().empty());
  CHECK(f.prompt() == "(no room)> ");
  CHECK(f.obstacle() == "you are in no room; /join ROOM first");
  f.look_at("den");
  CHECK(f.prompt() == "#den> ");
  CHECK_FALSE(f.obstacle());
}

TEST_CASE("asio-chat focus: lines for a room that could not be joined go to no other room") {
  room_focus f;
  f.entered("lobby");
  f.missed("bad\x1bname");
  CHECK(f.obstacle() == "you are not in bad\uFFFDname");
  f.entered("lobby");
  CHECK(f.obstacle());
  f.look_at("lobby");
  CHECK_FALSE(f.obstacle());
}

TEST_CASE("asio-chat focus: it knows the rooms one is in") {
  room_focus f;
  f.entered("lobby");
  CHECK(f.is_in("lobby"));
  CHECK_FALSE(f.is_in("den"));
  f.left("lobby");
  CHECK_FALSE(f.is_in("lobby"));
}
