// The login over the native protocol, from the first byte to the welcome.

#include "domain/host_commands.hpp"
#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

#include <asio_chat/version.hpp>

using namespace asio_chat;
using test::last;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

TEST_CASE("hello is answered with a welcome, and leads into the default room") {
  server_world w;
  const auto c = w.connect();
  CHECK(w.chat->stats().sessions == 1);
  CHECK(w.chat->stats().members == 0);
  const auto heard = w.say(c, "{'v':1,'type':'hello','name':'alice','agent':'test 1'}");
  REQUIRE(types(heard) == words{"welcome", "event joined", "room"});
  CHECK(heard[0].at("name") == "alice");
  const std::string server = "asio-chatd " + std::string(version_string);
  CHECK(heard[0].at("server") == boost::json::value(server));
  CHECK(heard[0].at("text_bytes") == 8192);
  CHECK(heard[0].at("idle_ms") == 300'000);
  CHECK(heard[0].at("commands").as_array().size() == command_names({}).size());
  CHECK(heard[2].at("room") == "lobby");
  CHECK(heard[2].at("members") == boost::json::array{"alice"});
  CHECK(w.chat->stats().members == 1);
}

TEST_CASE("hello may ask for a room, or for none") {
  server_world w;
  const auto in_den = w.say(w.connect(), "{'type':'hello','name':'alice','room':'#Den'}");
  CHECK(last(in_den, "room") == "den");
  const auto in_none = w.say(w.connect(), "{'type':'hello','name':'bob','room':''}");
  CHECK(types(in_none) == words{"welcome"});
  const auto in_bad = w.say(w.connect(), "{'type':'hello','name':'carol','room':'no room'}");
  CHECK(types(in_bad) == words{"welcome", "error"});
  CHECK(last(in_bad, "code") == "room_invalid");
}

TEST_CASE("a connection whose login is refused again and again is closed") {
  server_world w;
  w.log_in("alice");
  const auto c = w.connect();
  for (int n = 1; n < 10; ++n)
    CHECK(types(w.say(c, "{'type':'hello','name':'ALICE'}")) == words{"error"});
  CHECK(types(w.say(c, "{'type':'hello','resume':'x'}")) == words{"error", "goodbye"});
  CHECK(w.chat->stats().refused_logins == 10);
}

TEST_CASE("C26: a client that says no name is given one") {
  server_world w;
  const auto first = w.say(w.connect(), "{'type':'hello'}");
  const auto second = w.say(w.connect(), "{'type':'hello','name':''}");
  CHECK(first[0].at("name") == "anon-0");
  CHECK(second[0].at("name") == "anon-0-2");
}

TEST_CASE("a name that cannot be had is refused, and another may be tried on the same connection") {
  server_world w;
  w.log_in("alice");
  const auto c = w.connect();
  const auto taken = w.say(c, "{'type':'hello','name':'ALICE'}");
  CHECK(types(taken) == words{"error"});
  CHECK(last(taken, "code") == "name_taken");
  CHECK(last(taken, "message") == "the name ALICE is taken");
  CHECK(w.logged("Login from memory refused name=ALICE reason=the name ALICE is taken"));
  CHECK(last(w.say(c, "{'type':'hello','name':'two words'}"), "code") == "name_invalid");
  CHECK(types(w.say(c, "{'type':'hello','name':'bob'}")) ==
        words{"welcome", "room", "event joined"});
}

TEST_CASE("before the login only hello, ping and bye are understood") {
  server_world w;
  const auto c = w.connect();
  const auto pong = w.say(c, "{'type':'ping','ref':'p1'}");
  CHECK(types(pong) == words{"pong"});
  CHECK(last(pong, "ref") == "p1");
  for (const char* early :
       {"{'type':'join','ref':'r','room':'den'}", "{'type':'leave','ref':'r','room':'den'}",
        "{'type':'command','ref':'r','line':'/who'}", "{'type':'history','ref':'r'}",
        "{'type':'send','id':'r','text':'hello'}"}) {
    const auto heard = w.say(c, early);
    CHECK(types(heard) == words{"error"});
    CHECK(last(heard, "code") == "login_required");
    CHECK(last(heard, "ref") == "r");
  }
  CHECK(types(w.say(c, "{'type':'hello','name':'alice'}")).front() == "welcome");
  CHECK(last(w.say(c, "{'type':'hello','name':'bob'}"), "code") == "already_logged_in");
}

TEST_CASE("C42: a wrong or missing passphrase ends the connection, the right one lets in") {
  server_config config;
  config.passphrase.emplace("open sesame");
  server_world w(config);
  const auto good =
      w.say(w.connect(), "{'type':'hello','name':'alice','passphrase':'open sesame'}");
  CHECK(types(good) == words{"welcome", "event joined", "room"});

  const auto guesser = w.connect();
  const auto wrong = w.say(guesser, "{'type':'hello','name':'mallory','passphrase':'guess'}");
  REQUIRE(types(wrong) == words{"goodbye"});
  CHECK(wrong[0].at("code") == 2005);
  CHECK(wrong[0].at("reconnect") == false);
  CHECK(last(wrong, "phrase") == "wrong passphrase");
  CHECK(guesser->ended);

  const auto none = w.say(w.connect(), "{'type':'hello','name':'mallory'}");
  CHECK(last(none, "phrase") == "this server wants a passphrase");
  CHECK(w.logged("auth fail from memory"));
  CHECK_FALSE(w.logged("guess"));
  CHECK_FALSE(w.logged("sesame"));
  CHECK(w.chat->stats().members == 1);
}

TEST_CASE("after a wrong passphrase nothing more is listened to") {
  server_config config;
  config.passphrase.emplace("open sesame");
  server_world w(config);
  const auto c = w.connect();
  c->send_bytes(wire::frame(R"({"type":"hello","name":"a","passphrase":"guess"})") +
                wire::frame(R"({"type":"hello","name":"a","passphrase":"open sesame"})"));
  w.run();
  CHECK(types(c->take()) == words{"goodbye"});
  CHECK(w.chat->stats().members == 0);
}

TEST_CASE("a guest who comes back takes the place of the connection before, with another name") {
  server_world w;
  const auto phone = w.connect();
  const std::string token(
      w.say(phone, "{'type':'hello','name':'alice'}")[0].at("resume").as_string());
  const auto laptop = w.connect();
  const auto heard = w.say(laptop, "{'type':'hello','name':'other','resume':'" + token + "'}");
  CHECK(heard[0].at("name") == "other");
  CHECK(phone->ended);
  CHECK(w.chat->stats().members == 1);
}
