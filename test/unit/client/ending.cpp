// The ends of a connection, and what becomes of operations that were under way.
#include "memory_world.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

const error_code aborted = boost::asio::error::operation_aborted;

void stay_silent(fake_server&, const native::request&) {}

} // namespace

TEST_CASE("client: D11: what was not answered when the connection was lost ends with that") {
  memory_world w([](fake_server& s, const native::request& r) {
    if (std::holds_alternative<native::hello>(r)) answer_politely(s, r);
  });
  w.log_in();
  outcome<acknowledged> sent;
  outcome<reply> run;
  outcome<history_page> page;
  w.chat->async_send("lobby", "hello", w.into(sent));
  w.chat->async_command("lobby", "/who", w.into(run));
  w.chat->async_history("lobby", {}, w.into(page));
  w.run();
  CHECK(sent.calls + run.calls + page.calls == 0);
  w.server->close();
  w.run();
  CHECK(sent.code == errc::connection_lost);
  CHECK(run.code == errc::connection_lost);
  CHECK(page.code == errc::connection_lost);
  REQUIRE(w.event_at<disconnected>(1));
  CHECK(w.end.calls == 1);
  CHECK(w.end.code == errc::not_connected);

  outcome<acknowledged> late;
  w.chat->async_send("lobby", "hello", w.into(late));
  w.run();
  CHECK(late.code == errc::not_connected);
}

TEST_CASE("client: a goodbye is told with its reason") {
  memory_world w;
  w.log_in();
  w.server->say(native::goodbye{{close_code::slow_reader, "too slow"}});
  w.run();
  REQUIRE(w.event_at<disconnected>(1));
  CHECK(w.event_at<disconnected>(1)->reason == close_reason{close_code::slow_reader, "too slow"});
}

TEST_CASE("client: close says bye after what is waiting, and the answers still come") {
  memory_world w;
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", "last words", w.into(sent));
  error_code closed = boost::asio::error::would_block;
  w.chat->async_close([&](error_code e) { closed = e; });
  CHECK(closed == boost::asio::error::would_block);
  w.run();
  CHECK_FALSE(closed);
  CHECK(sent.calls == 1);
  CHECK_FALSE(sent.code);
  CHECK(w.server->heard<native::bye>().size() == 1);
  CHECK(w.end.code == errc::not_connected);
}

TEST_CASE("client: close waits five seconds for a server that does not answer, not longer") {
  memory_world w([](fake_server& s, const native::request& r) {
    if (std::holds_alternative<native::hello>(r)) answer_politely(s, r);
  });
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", "hello?", w.into(sent));
  bool closed = false;
  w.chat->async_close([&](error_code) { closed = true; });
  w.time.advance(4'999ms);
  CHECK_FALSE(closed);
  CHECK(w.server->heard<native::bye>().empty()); // it may still answer
  w.time.advance(1ms);
  CHECK(closed);
  CHECK(sent.code == errc::connection_lost);
  CHECK_FALSE(w.time.next_due());
}

TEST_CASE("client: close while connecting aborts the connecting") {
  memory_world w(stay_silent);
  w.connect();
  w.run();
  bool closed = false;
  w.chat->async_close([&](error_code e) { closed = !e; });
  w.run();
  CHECK(closed);
  CHECK(w.login.code == aborted);
}

TEST_CASE("client: a login that is not answered ends with connect_time") {
  client_config config;
  config.connect_time = 50ms;
  memory_world w(stay_silent, config);
  w.connect();
  w.time.advance(49ms);
  CHECK(w.login.calls == 0);
  w.time.advance(1ms);
  CHECK(w.login.code == errc::timed_out);
  CHECK(w.why.message() ==
        "cannot connect to 127.0.0.1:8443: no answer within 0.05 s, while logging in");
}

TEST_CASE("client: silence is met with a ping, and silence after that is a lost connection") {
  const bool answers = GENERATE(true, false);
  client_config config;
  config.ping_time = 15s;
  memory_world w(
      [answers](fake_server& s, const native::request& r) {
        if (answers || std::holds_alternative<native::hello>(r)) answer_politely(s, r);
      },
      config);
  w.log_in();
  const auto pings = [&] { return w.server->heard<native::ping>().size(); };
  w.time.advance(14'999ms);
  CHECK(pings() == 0);
  w.time.advance(1ms);
  CHECK(pings() == 1);
  w.time.advance(14'999ms);
  CHECK_FALSE(w.event_at<disconnected>(1));
  w.time.advance(1ms);
  CHECK(pings() == (answers ? 2 : 1));
  CHECK((w.event_at<disconnected>(1) != nullptr) == !answers);
  if (answers) return;
  CHECK(w.event_at<disconnected>(1)->reason.phrase ==
        "nothing was heard from 127.0.0.1:8443 for 30 s");
  CHECK(w.end.code == errc::not_connected);
}

TEST_CASE(
    "client: while nobody receives any more, a silence that is its own is no lost connection") {
  client_config config;
  config.ping_time = 15s;
  memory_world w(
      [](fake_server& s, const native::request& r) {
        if (std::holds_alternative<native::hello>(r)) answer_politely(s, r);
      },
      config);
  w.connect();
  w.run();
  outcome<client_event> first;
  w.chat->async_receive(w.into(first));
  w.run();
  for (std::uint64_t i = 1; i <= 5'000; ++i)
    w.server->say_event(entry{"lobby", {1, i}, {}, "bob", entry_kind::message, "hi", ""});
  w.time.advance(60s);
  w.receive_all();
  CHECK(w.events.size() == 5'000);
  CHECK(w.end.calls == 0);
}

namespace {

/// Welcomes with an idle time of 60 s, lets in if it is told to, and answers pings.
fake_server::responder impatient(bool lets_in) {
  return [lets_in](fake_server& s, const native::request& r) {
    if (std::holds_alternative<native::hello>(r)) {
      s.say(native::welcome{"alice", "fake", 8192, {}, "", 60s});
      if (lets_in) s.say_event(room_state{"", "lobby", "", {"alice"}, {1, 0}});
    } else {
      answer_politely(s, r);
    }
  };
}

/// How many pings come in a time in which the room talks every second.
std::size_t pings_within(memory_world& w, std::chrono::seconds time) {
  for (auto t = 0s; t < time; t += 1s) {
    w.server->say_event(member_joined{"lobby", "carol"});
    w.time.advance(1s);
  }
  return w.server->heard<native::ping>().size();
}

} // namespace

TEST_CASE("client: says something within the idle time that it was told, however much it hears") {
  memory_world w(impatient(true));
  w.log_in();
  CHECK(pings_within(w, 180s) == 9); // every 20 s
  CHECK(w.end.calls == 0);
}

TEST_CASE("client: says something within the idle time while it is not let in yet") {
  client_config config;
  config.connect_time = 70s;
  memory_world w(impatient(false), config);
  w.connect();
  w.run();
  CHECK(pings_within(w, 69s) == 3);
  CHECK(w.login.calls == 0);
  w.time.advance(1s);
  CHECK(w.login.code == errc::timed_out);
}

TEST_CASE("client C56: the time to connect bounds nothing that comes after") {
  client_config config;
  config.connect_time = 30ms;
  memory_world w(impatient(true), config);
  w.log_in();
  REQUIRE_FALSE(w.login.code);
  CHECK(pings_within(w, 180s) == 9);
  CHECK(w.end.calls == 0);
}

TEST_CASE("client C60: a frame beyond the cap ends the connection, and is not waited for") {
  memory_world w;
  w.log_in();
  w.server->say_bytes(std::string("\0\1\0\1", 4)); // 65537 bytes are announced
  w.run();
  REQUIRE(w.event_at<disconnected>(1));
  CHECK(w.event_at<disconnected>(1)->reason.phrase ==
        "127.0.0.1:8443 sent a message of 65537 bytes; at most 65536 are taken");
  CHECK(w.server->ended);
}

TEST_CASE("client: may be destroyed at every step, and every handler is called once") {
  for (int steps = 0;; ++steps) {
    memory_world w;
    outcome<acknowledged> sent;
    outcome<reply> run;
    outcome<client_event> received;
    int closed = 0;
    w.connect();
    w.chat->async_receive(w.into(received));
    bool all = true;
    bool asked = false;
    for (int i = 0; i < steps; ++i) {
      w.context.restart();
      if (w.context.poll_one() == 0) {
        if (asked) {
          all = false;
          break;
        }
        asked = true;
        w.chat->async_send("lobby", "x", w.into(sent));
        w.chat->async_command("lobby", "/who", w.into(run));
        w.chat->async_close([&](error_code) { ++closed; });
      }
    }
    w.chat.reset();
    w.run();
    CHECK(w.login.calls == 1);
    CHECK(received.calls == 1);
    CHECK(sent.calls == (asked ? 1 : 0));
    CHECK(run.calls == (asked ? 1 : 0));
    CHECK(closed == (asked ? 1 : 0));
    if (!all) break;
    REQUIRE(steps < 1000);
  }
}

TEST_CASE("client: may be destroyed by its own handler") {
  memory_world w;
  w.chat->async_receive([&](error_code, const client_event&) {});
  w.connect();
  w.run();
  w.chat->async_receive([&](error_code, const client_event&) { w.chat.reset(); });
  w.run();
  w.server->say_event(member_joined{"lobby", "carol"});
  w.run();
  CHECK_FALSE(w.chat);
}

TEST_CASE("client: who speaks often enough does not ping") {
  memory_world w(impatient(true));
  w.log_in();
  for (auto t = 0s; t < 180s; t += 10s) {
    w.server->say_event(member_joined{"lobby", "carol"});
    w.chat->async_send("lobby", "hi", [](error_code, const acknowledged&) {});
    w.time.advance(10s);
  }
  CHECK(w.server->heard<native::ping>().empty());
}

TEST_CASE("client: keeps within the idle time also where it joins no room") {
  client_config config;
  config.room = "";
  memory_world w(
      [](fake_server& s, const native::request& r) {
        if (std::holds_alternative<native::hello>(r))
          s.say(native::welcome{"alice", "fake", 8192, {}, "", 9s});
        else
          answer_politely(s, r);
      },
      config);
  w.log_in();
  w.time.advance(2'999ms);
  CHECK(w.server->heard<native::ping>().empty());
  w.time.advance(1ms);
  CHECK(w.server->heard<native::ping>().size() == 1);
}
