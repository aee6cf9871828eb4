#include "roster.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

TEST_CASE("asio-chat roster: follows joins, leaves, renames and whoever speaks") {
  roster r;
  r.observe(room_state{"", "lobby", "", {"alice", "bob"}, {}});
  r.observe(room_state{"", "den", "", {"alice"}, {}});
  CHECK(r.rooms() == std::vector<std::string>{"den", "lobby"});
  CHECK(r.names() == std::vector<std::string>{"alice", "bob"});
  r.observe(member_joined{"den", "carol"});
  r.observe(member_left{"lobby", "bob"});
  r.observe(member_renamed{"den", "carol", "caro"});
  r.observe(entry{"lobby", {}, {}, "dave", entry_kind::message, "hi", ""});
  r.observe(member_joined{"elsewhere", "eve"});
  CHECK(r.names() == std::vector<std::string>{"alice", "caro", "dave"});
  r.left("den");
  CHECK_FALSE(r.is_in("den"));
  connected again;
  again.again = true;
  r.observe(again);
  CHECK(r.names().empty());
}
