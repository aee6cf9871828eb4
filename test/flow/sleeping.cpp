// Connections that go to sleep when nothing happens, and the events that wake them.
#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <boost/asio/use_future.hpp>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

server_config sleepy() {
  server_config config;
  config.limits.sleep_time = 50ms;
  return config;
}

/// All clients that are connected.
bool all_asleep(chat_world& w) {
  return w.pass_until(50ms, [&] {
    const server_stats now = w.server->stats();
    return now.sessions > 0 && now.asleep == now.sessions;
  });
}

} // namespace

TEST_CASE("sleeping sessions wake by what they say, and hear what is said in their sleep") {
  chat_world w(sleepy());
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  for (int i = 0; i < 5; ++i) {
    REQUIRE(all_asleep(w));
    alice.say("line " + std::to_string(i));
    REQUIRE(w.until([&] { return bob.lines.back() == "alice: line " + std::to_string(i); }));
    CHECK(bob.count("alice: line " + std::to_string(i)) == 1);
    CHECK(w.server->stats().asleep == 1); // it is bob who sleeps on
  }
  REQUIRE(all_asleep(w));
  bob.say("/tls");
  REQUIRE(w.until(
      [&] { return bob.lines.back().find("you showed no certificate") != std::string::npos; }));
}

TEST_CASE("half a frame is not forgotten in sleep") {
  chat_world w(sleepy());
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  const std::string frame = wire::frame("good night and good morning");
  w.send_part(bob, frame.substr(0, 12));
  REQUIRE(all_asleep(w));
  bob.send_raw(frame.substr(12));
  CHECK(w.until([&] { return alice.has("bob: good night and good morning"); }));
}

TEST_CASE("a server that stops wakes everybody for the goodbye") {
  chat_world w(sleepy());
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  REQUIRE(all_asleep(w));
  bool stopped = false;
  w.server->async_stop([&](error_code) { stopped = true; });
  REQUIRE(w.until([&] { return alice.ended && bob.ended; }));
  w.pass(sleepy().limits.close_time + 250ms);
  CHECK(stopped);
  for (const text_client* c : {&alice, &bob}) {
    CHECK(c->lines.back() == "* the server is going down *");
    CHECK(c->end_reason == asio::error::eof); // with a close_notify
  }
}

TEST_CASE("a client that vanishes while asleep has left") {
  chat_world w(sleepy());
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  REQUIRE(all_asleep(w));
  bob.vanish();
  CHECK(w.until([&] { return alice.has("* bob left *"); }));
  CHECK(w.until([&] { return w.server->stats().sessions == 1; }));
  CHECK(w.server->stats().asleep <= 1);
}

TEST_CASE("silence ends a session that sleeps, too, and being told things is silence") {
  server_config config = sleepy();
  config.limits.idle_time = 1500ms;
  chat_world w(config);
  text_client& quiet = w.join("quiet");
  text_client& talker = w.join("talker");
  for (int i = 0; i < 3; ++i) {
    w.pass(600ms);
    const std::size_t heard = quiet.lines.size();
    talker.say("x");
    REQUIRE(w.until([&] { return quiet.ended || quiet.lines.size() > heard; }));
  }
  REQUIRE(w.until([&] { return quiet.ended; }));
  CHECK(quiet.lines.back() == "* nothing was heard for 1 s *");
}

TEST_CASE("other certificates are taken while people sleep, and wake nobody") {
  chat_world w(sleepy());
  w.join("alice");
  w.join("bob");
  REQUIRE(all_asleep(w));
  w.server->reload_tls(server_tls());
  CHECK(w.server->stats().asleep == 2);
  CHECK(w.server->stats().sessions == 2);
}

TEST_CASE("a server that is destroyed closes sessions that sleep") {
  chat_world w(sleepy());
  text_client& alice = w.join("alice");
  REQUIRE(all_asleep(w));
  w.server.reset();
  CHECK(w.until([&] { return alice.ended; }));
}

TEST_CASE("with a time of 0 nobody sleeps") {
  server_config config;
  config.limits.sleep_time = 0ms;
  chat_world w(config);
  text_client& alice = w.join("alice");
  w.pass(1min);
  CHECK(w.server->stats().asleep == 0);
  CHECK_FALSE(alice.ended);
}
