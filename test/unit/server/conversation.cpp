// The native protocol, message by message.

#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

using namespace asio_chat;
using test::last;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

TEST_CASE("a message is acknowledged to its sender and told to the others") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  const auto ack = w.say(alice, "{'type':'send','id':'m1','room':'lobby','text':'Grüße'}");
  REQUIRE(types(ack) == words{"ack"});
  CHECK(last(ack, "id") == "m1");
  CHECK(ack[0].at("duplicate") == false);
  const auto told = bob->take();
  REQUIRE(types(told) == words{"event message"});
  CHECK(last(told, "text") == "Grüße");
  CHECK(last(told, "from") == "alice");
  CHECK(told[0].at("position") == ack[0].at("position"));
  CHECK(told[0].at("time") == ack[0].at("time"));
  CHECK_FALSE(told[0].contains("id")); // only the sender knows the id

  const auto again = w.say(alice, "{'type':'send','id':'m1','room':'lobby','text':'Grüße'}");
  CHECK(again[0].at("duplicate") == true);
  CHECK(again[0].at("position") == ack[0].at("position"));
  CHECK(bob->take().empty());
  CHECK(w.chat->stats().entries == 1);
}

TEST_CASE("an action, and a text for the default room") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  w.say(alice, "{'type':'send','id':'m1','text':'waves','kind':'action'}");
  CHECK(types(bob->take()) == words{"event action"});
}

TEST_CASE("what cannot be said is refused with the id of the message") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto code = [&](const std::string& payload) {
    const auto heard = w.say(alice, payload);
    CHECK(last(heard, "ref") == "m1");
    return last(heard, "code");
  };
  CHECK(code("{'type':'send','id':'m1','text':''}") == "text_empty");
  CHECK(code("{'type':'send','id':'m1','text':' \\n '}") == "text_empty");
  CHECK(code("{'type':'send','id':'m1','text':'','kind':'action'}") == "text_empty");
  CHECK(code("{'type':'send','id':'m1','text':'x','room':'den'}") == "not_in_room");
  CHECK(code("{'type':'send','id':'m1','text':'x','room':'no room'}") == "room_invalid");
  CHECK(code("{'type':'send','id':'m1','text':'" + std::string(8193, 'x') + "'}") ==
        "text_too_long");
  CHECK(code("{'type':'send','id':'m1'}") == "protocol_error");
  CHECK(code("{'type':'send','id':'m1','text':'\u200B\u3000'}") == "text_empty");
  CHECK(code("{'type':'send','id':'m1','text':'\\ud800'}") == "protocol_error");
  CHECK(code("{'type':'send','text':'\xff','id':'m1'}") == "protocol_error");
  CHECK(code("{'type':'command','line':'/who \xff','ref':'m1'}") == "protocol_error");
}

TEST_CASE("rooms are joined and left, and history is read page by page") {
  server_world w;
  const auto alice = w.log_in("alice");
  auto heard = w.say(alice, "{'type':'join','ref':'j1','room':'Den'}");
  CHECK(types(heard) == words{"event joined", "room"});
  CHECK(last(heard, "ref") == "j1");
  CHECK(last(w.say(alice, "{'type':'join','ref':'j2','room':'den'}"), "code") == "bad_arguments");
  CHECK(last(w.say(alice, "{'type':'join','ref':'j3','room':''}"), "ref") == "j3");

  for (int i = 0; i < 5; ++i)
    w.say(alice, "{'type':'send','id':'m" + std::to_string(i) + "','room':'den','text':'x'}");
  heard = w.say(alice, "{'type':'history','ref':'h1','room':'den','limit':3}");
  REQUIRE(types(heard) == words{"history"});
  REQUIRE(heard[0].at("entries").as_array().size() == 3);
  CHECK(heard[0].at("more") == true);
  CHECK_FALSE(heard[0].contains("gap"));
  const auto after = boost::json::serialize(heard[0].at("entries").at(2).at("position"));
  heard = w.say(alice, "{'type':'history','ref':'h2','room':'den','after':" + after + "}");
  REQUIRE(heard[0].at("entries").as_array().size() == 2);
  CHECK(heard[0].at("more") == false);
  CHECK(last(w.say(alice, "{'type':'history','ref':'h3','room':'nook'}"), "code") == "not_in_room");

  heard = w.say(alice, "{'type':'leave','ref':'l1','room':'#DEN'}");
  REQUIRE(types(heard) == words{"reply"});
  CHECK(heard[0].at("items") == boost::json::array{"den"});
  CHECK(last(w.say(alice, "{'type':'leave','ref':'l2','room':'den'}"), "code") == "not_in_room");
}

TEST_CASE("a history that does not fit a frame is given in pages that do, to the last entry") {
  server_world w;
  const auto alice = w.log_in("alice");
  const std::string text(8'000, 'x');
  for (int i = 0; i < 30; ++i)
    w.say(alice, "{'type':'send','id':'m" + std::to_string(i) + "','text':'" + text + "'}");
  std::size_t entries = 0;
  std::string after = "{'epoch':0,'offset':0}";
  for (int pages = 0; pages < 30; ++pages) {
    const auto heard =
        w.say(alice, "{'type':'history','ref':'h','limit':1000,'after':" + after + "}");
    REQUIRE(types(heard) == words{"history"});
    const auto& page = heard[0].at("entries").as_array();
    REQUIRE(!page.empty());
    entries += page.size();
    after = boost::json::serialize(page.back().at("position"));
    if (heard[0].at("more") == false) break;
  }
  CHECK(entries == 30);
}

TEST_CASE("commands are the lines that people type") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  const auto who = w.say(bob, "{'type':'command','ref':'c1','line':'/who'}");
  REQUIRE(types(who) == words{"reply"});
  CHECK(last(who, "ref") == "c1");
  CHECK(last(who, "command") == "who");
  CHECK(who[0].at("items") == boost::json::array{"alice", "bob"});

  alice->take();
  const auto topic = w.say(bob, "{'type':'command','ref':'c2','line':'/topic tea'}");
  CHECK(types(topic) == words{"event topic", "ack"});
  CHECK(last(topic, "id") == "c2");
  CHECK(types(alice->take()) == words{"event topic"});

  const auto said = w.say(bob, "{'type':'command','line':'plain'}");
  CHECK(said.empty()); // no ref: no acknowledgement is wanted
  CHECK(types(alice->take()) == words{"event message"});
  CHECK(last(w.say(bob, "{'type':'command','ref':'c3','line':'/dance'}"), "code") ==
        "unknown_command");
  w.say(bob, "{'type':'command','line':'/msg alice psst'}");
  CHECK(types(alice->take()) == words{"event direct"});
  w.say(bob, "{'type':'command','line':'/nick robert'}");
  CHECK(types(alice->take()) == words{"event renamed"});
}

TEST_CASE("a message that cannot be read is answered, and the connection goes on") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto unknown = w.say(alice, "{'type':'dance','ref':'r1'}");
  REQUIRE(types(unknown) == words{"error"});
  CHECK(last(unknown, "code") == "unknown_type");
  CHECK(last(unknown, "ref") == "r1");
  CHECK(last(w.say(alice, "not JSON"), "code") == "protocol_error");
  CHECK(last(w.say(alice, ""), "code") == "protocol_error");
  CHECK(last(w.say(alice, "{'v':2,'type':'ping'}"), "code") == "unsupported_version");
  const auto huge = w.say(alice, "{'type':'" + std::string(65'000, 'x') + "'}");
  CHECK(last(huge, "code") == "unknown_type");
  CHECK(last(huge, "message").size() < 100);
  CHECK(types(w.say(alice, "{'type':'ping','ref':'p','of_tomorrow':[1]}")) == words{"pong"});
}

TEST_CASE("C33: frames in one write, and byte by byte, are the same messages") {
  server_world w;
  const auto alice = w.log_in("alice");
  std::string bytes;
  for (int i = 0; i < 5; ++i)
    wire::append_frame(bytes, R"({"type":"ping","ref":"p)" + std::to_string(i) + "\"}");
  alice->send_bytes(bytes);
  w.run();
  const auto at_once = alice->take();
  CHECK(at_once.size() == 5);
  for (const char byte : bytes) {
    alice->send_bytes({byte});
    w.run();
  }
  CHECK(alice->take() == at_once);
}
