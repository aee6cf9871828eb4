// The ends of a session: each has its code, its phrase, and says whether to come back.

#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

using namespace asio_chat;
using test::last;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

TEST_CASE("bye is answered with a goodbye, and the others hear that one left") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  const auto heard = w.say(bob, "{'type':'bye'}");
  REQUIRE(types(heard) == words{"goodbye"});
  CHECK(heard[0].at("code") == 1000);
  CHECK(heard[0].at("reconnect") == true);
  CHECK(bob->ended);
  CHECK(types(alice->take()) == words{"event left"});
  bob->hang_up();
  w.run();
  CHECK(w.chat->stats().sessions == 1);
  CHECK(w.chat->stats().members == 1);
}

TEST_CASE("everything that was asked before bye is answered before goodbye") {
  server_world w;
  const auto alice = w.connect();
  alice->send("{'type':'hello','name':'alice'}");
  for (int n = 0; n < 100; ++n)
    alice->send("{'type':'send','id':'m" + std::to_string(n) + "','text':'line'}");
  alice->send("{'type':'history','ref':'h','limit':1000}");
  alice->send("{'type':'command','ref':'s','line':'/search line'}");
  alice->send("{'type':'join','ref':'j','room':'den'}");
  alice->send("{'type':'command','ref':'t','line':'/topic tea'}");
  alice->send("{'type':'command','ref':'w','line':'/who'}");
  alice->send("{'type':'bye'}");
  w.run();
  const auto heard = alice->take();
  const words all = types(heard);
  CHECK(std::count(all.begin(), all.end(), "ack") == 101); // the topic's as well
  REQUIRE(all.size() > 8);
  words last(all.end() - 8, all.end());
  CHECK(words(last.end() - 4, last.end()) == words{"event topic", "ack", "reply", "goodbye"});
  // Answers that wait for the log alone may overtake each other.
  std::sort(last.begin(), last.end() - 4);
  CHECK(words(last.begin(), last.end() - 4) == words{"event joined", "history", "reply", "room"});
  for (const auto& m : heard) {
    if (m.at("type") == "history") CHECK(m.at("entries").as_array().size() == 100);
  }
}

TEST_CASE("a client that comes in and says bye gets the entries that the room gives") {
  server_world w;
  const auto alice = w.log_in("alice");
  for (int n = 0; n < 10; ++n)
    w.say(alice, "{'type':'send','id':'m" + std::to_string(n) + "','text':'line'}");
  const auto bob = w.connect();
  bob->send("{'type':'hello','name':'bob','history':5}");
  bob->send("{'type':'bye'}");
  w.run();
  CHECK(types(bob->take()) == words{"welcome", "room", "event joined", "event message",
                                    "event message", "event message", "event message",
                                    "event message", "goodbye"});
  CHECK(types(alice->take()) == words{"event joined", "event left"});
}

TEST_CASE("/quit, and bye before the login, end as bye does") {
  server_world w;
  CHECK(types(w.say(w.log_in("alice"), "{'type':'command','line':'/quit'}")) == words{"goodbye"});
  CHECK(types(w.say(w.connect(), "{'type':'bye'}")) == words{"goodbye"});
}

TEST_CASE("C30: a frame above the cap ends the connection with the cap named") {
  server_world w;
  const auto alice = w.log_in("alice");
  alice->send_bytes(std::string("\0\1\0\1", 4)); // announces 65537 bytes
  w.run();
  const auto heard = alice->take();
  REQUIRE(types(heard) == words{"goodbye"});
  CHECK(heard[0].at("code") == 2004);
  CHECK(heard[0].at("reconnect") == false);
  CHECK(last(heard, "phrase") == "message too large: 65537 bytes, at most 65536");
  CHECK(alice->ended);
}

TEST_CASE("C30: a frame of exactly the cap is read") {
  server_world w;
  const auto alice = w.log_in("alice");
  const std::string ping = R"({"type":"ping","ref":"p","pad":")";
  alice->send_bytes(
      wire::frame(ping + std::string(wire::native_payload_cap - ping.size() - 2, 'x') + "\"}"));
  w.run();
  CHECK(types(alice->take()) == words{"pong"});
}

TEST_CASE("C14: a client that hangs up has left") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  bob->send_bytes(std::string("\0\0\0\x10half", 8));
  w.run();
  bob->hang_up();
  w.run();
  CHECK(types(alice->take()) == words{"event left"});
  CHECK(w.chat->stats().sessions == 1);
  CHECK(w.logged("Connection closed with memory"));
}

TEST_CASE("C28: a client that hangs up before the login has not left") {
  server_world w;
  const auto alice = w.log_in("alice");
  w.connect()->hang_up();
  w.run();
  CHECK(alice->take().empty());
  CHECK(w.chat->stats().sessions == 1);
}

TEST_CASE("C21: a server that stops says goodbye to everybody and when to come back") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto nameless = w.connect();
  bool stopped = false;
  w.chat->async_stop([&](error_code e) {
    CHECK_FALSE(e);
    stopped = true;
  });
  CHECK_FALSE(stopped);
  w.run();
  for (const auto& c : {alice, nameless}) {
    const auto heard = c->take();
    REQUIRE(types(heard) == words{"goodbye"});
    CHECK(heard[0].at("code") == 1001);
    CHECK(heard[0].at("reconnect") == true);
    CHECK(c->ended);
    c->hang_up();
  }
  w.run();
  CHECK(stopped);
  CHECK(w.chat->stats().sessions == 0);
}

TEST_CASE("a server can be destroyed with everything under way") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto silent = w.connect();
  alice->send("{'type':'send','id':'m1','text':'hello'}");
  w.chat.reset();
  w.run();
  CHECK(alice->ended);
  CHECK(silent->ended);
}
