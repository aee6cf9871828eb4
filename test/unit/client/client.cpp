#include "memory_world.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

const error_code aborted = boost::asio::error::operation_aborted;

void stay_silent(fake_server&, const native::request&) {}

} // namespace

TEST_CASE("client: says hello, and is connected when it is in the room") {
  memory_world w(stay_silent);
  w.connect();
  CHECK(w.login.calls == 0);
  w.run();
  REQUIRE(w.server->heard<native::hello>().size() == 1);
  CHECK(w.server->heard<native::hello>()[0].name == "alice");
  CHECK(w.server->heard<native::hello>()[0].room == "lobby");
  CHECK_FALSE(w.server->heard<native::hello>()[0].passphrase);

  w.server->say(native::welcome{"alice-2", "fake", 500, {"who"}});
  w.run();
  CHECK(w.login.calls == 0);
  w.server->say_event(room_state{"", "lobby", "tea", {"alice-2", "bob"}, {1, 3}});
  w.run();
  REQUIRE(w.login.calls == 1);
  CHECK_FALSE(w.login.code);
  CHECK(w.login.value.name == "alice-2");
  CHECK(w.login.value.text_bytes == 500);
  CHECK(w.login.value.commands == std::vector<std::string>{"who"});
  CHECK_FALSE(w.login.value.again);

  w.receive_all();
  REQUIRE(w.event_at<room_state>(0));
  CHECK(w.event_at<room_state>(0)->topic == "tea");
}

TEST_CASE("client: a room that is not wanted is not waited for") {
  client_config config;
  config.room = "";
  memory_world w(answer_politely, config);
  w.log_in();
  CHECK(w.login.calls == 1);
  CHECK(w.server->heard<native::hello>()[0].room == "");
  CHECK(w.events.empty());
}

TEST_CASE("client: a refused login fails with the server's code and sentence") {
  const auto code = GENERATE(errc::name_taken, errc::name_invalid, errc::wrong_passphrase);
  memory_world w([code](fake_server& s, const native::request&) {
    s.say_event(refused{"", code, "not like this"});
    s.say(native::goodbye{{close_code::wrong_passphrase, "bye"}});
    s.close();
  });
  w.connect();
  w.run();
  REQUIRE(w.login.calls == 1);
  CHECK(w.login.code == code);
  CHECK(w.sentence == "not like this");
}

TEST_CASE("client: a goodbye instead of a welcome is a failure with its reason") {
  memory_world w([](fake_server& s, const native::request&) {
    s.say(native::goodbye{{close_code::server_stopping, "back soon"}});
  });
  w.connect();
  w.run();
  CHECK(w.login.code == errc::server_stopping);
  CHECK(w.sentence == "the server closed the connection: back soon");
}

TEST_CASE("client: a first room that refuses is a failed login") {
  memory_world w([](fake_server& s, const native::request&) {
    s.say(native::welcome{"alice", "fake", 500, {}});
    s.say_event(refused{"", errc::room_invalid, "no such room name"});
  });
  w.connect();
  w.run();
  CHECK(w.login.code == errc::room_invalid);
}

TEST_CASE("client: a second connect fails, the first goes on") {
  memory_world w;
  w.connect();
  outcome<connected> second;
  w.chat->async_connect(w.into(second));
  w.run();
  CHECK(second.code == boost::asio::error::already_connected);
  CHECK_FALSE(w.login.code);
}

TEST_CASE("client: a send is acknowledged to its caller and not as an event") {
  memory_world w;
  w.log_in();
  const std::size_t before = w.events.size();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", "hello", w.into(sent));
  CHECK(sent.calls == 0);
  w.run();
  REQUIRE(sent.calls == 1);
  CHECK_FALSE(sent.code);
  CHECK(sent.value.at == position{1, 7});
  CHECK(w.server->heard<native::send>()[0].text == "hello");
  CHECK(w.events.size() == before);
}

TEST_CASE("client: the ids of messages are unique, also between clients") {
  memory_world a;
  memory_world b;
  std::vector<std::string> ids;
  for (memory_world* w : {&a, &b}) {
    w->log_in();
    for (int i = 0; i < 3; ++i)
      w->chat->async_send("lobby", "x", [](error_code, const acknowledged&) {});
    w->run();
    for (const auto& s : w->server->heard<native::send>())
      ids.push_back(s.id);
  }
  std::sort(ids.begin(), ids.end());
  CHECK(ids.size() == 6);
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("client: a refused send has the code, and last_failure the sentence") {
  memory_world w([](fake_server& s, const native::request& r) {
    if (const auto* m = std::get_if<native::send>(&r)) {
      s.say_event(refused{m->id, errc::not_in_room, "you are not in den"});
    } else {
      answer_politely(s, r);
    }
  });
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("den", "hello", w.into(sent));
  w.run();
  CHECK(sent.code == errc::not_in_room);
  CHECK(w.sentence == "you are not in den");
}

TEST_CASE("client: two failures in one turn each leave their own sentence to their handler") {
  memory_world w([](fake_server& s, const native::request& r) {
    if (const auto* m = std::get_if<native::send>(&r)) {
      s.say_event(refused{m->id, errc::not_in_room, "about " + m->text});
    } else {
      answer_politely(s, r);
    }
  });
  w.log_in();
  std::vector<std::string> sentences;
  for (const char* text : {"one", "two"}) {
    w.chat->async_send("den", text, [&](error_code, const acknowledged&) {
      sentences.push_back(w.chat->last_failure().message);
    });
  }
  w.run();
  CHECK(sentences == std::vector<std::string>{"about one", "about two"});
}

TEST_CASE("client: a text that is too long is not sent at all") {
  memory_world w;
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", std::string(8193, 'x'), w.into(sent));
  outcome<reply> run;
  w.chat->async_command("lobby", "/msg bob " + std::string(100'000, 'x'), w.into(run));
  w.run();
  CHECK(sent.code == errc::text_too_long);
  CHECK(run.code == errc::text_too_long);
  CHECK(w.server->heard<native::send>().empty());
  CHECK(w.server->heard<native::command_line>().empty());
}

TEST_CASE("client: what is sent is valid UTF-8 without control characters") {
  memory_world w;
  w.log_in();
  w.chat->async_send("lobby",
                     "a\x1b[31m\xff"
                     "b\nc",
                     [](error_code, const acknowledged&) {});
  w.run();
  CHECK(w.server->heard<native::send>()[0].text == "a\uFFFD[31m\uFFFD"
                                                   "b\nc");
}

TEST_CASE("client: a command is answered by a reply, an acknowledgement or a room's state") {
  const auto how = GENERATE(0, 1, 2);
  memory_world w([how](fake_server& s, const native::request& r) {
    const auto* c = std::get_if<native::command_line>(&r);
    if (!c) {
      answer_politely(s, r);
    } else if (how == 0) {
      s.say_event(reply{c->ref, "who", {"online: bob"}, {"bob"}});
    } else if (how == 1) {
      s.say_event(acknowledged{c->ref, "lobby", {1, 2}, {}, false});
    } else {
      s.say_event(room_state{c->ref, "den", "", {"alice"}, {1, 0}});
    }
  });
  w.log_in();
  outcome<reply> run;
  w.chat->async_command("lobby", "/it", w.into(run));
  w.run();
  REQUIRE(run.calls == 1);
  CHECK_FALSE(run.code);
  CHECK(w.server->heard<native::command_line>()[0].line == "/it");
  if (how == 0) CHECK(run.value.lines == std::vector<std::string>{"online: bob"});
  if (how == 1) CHECK(run.value.lines.empty());
  if (how == 2) {
    CHECK(run.value.command == "join");
    CHECK(run.value.items == std::vector<std::string>{"den"});
    REQUIRE(w.event_at<room_state>(1));
    CHECK(w.event_at<room_state>(1)->room == "den");
  }
}

TEST_CASE("client: history is answered by a page") {
  memory_world w;
  w.log_in();
  outcome<history_page> page;
  w.chat->async_history("lobby", {log_range::side::after, {1, 4}, 20}, w.into(page));
  w.run();
  CHECK(page.calls == 1);
  CHECK(page.value.room == "lobby");
  CHECK(w.server->heard<native::history>()[0].part.from == position{1, 4});
  CHECK(w.server->heard<native::history>()[0].part.entries == 20);
}

TEST_CASE("client: events come in order, and answers to nobody's request are events too") {
  memory_world w;
  w.log_in();
  w.server->say_event(entry{"lobby", {1, 1}, {}, "bob", entry_kind::message, "hi", ""});
  w.server->say_event(member_joined{"lobby", "carol"});
  w.server->say_event(reply{"", "notice", {"welcome"}, {}});
  w.run();
  REQUIRE(w.events.size() == 4);
  CHECK(w.event_at<entry>(1)->text == "hi");
  CHECK(w.event_at<member_joined>(2)->name == "carol");
  CHECK(w.event_at<reply>(3)->lines[0] == "welcome");
}

TEST_CASE("client: passes over messages and events of unknown types") {
  memory_world w;
  w.log_in();
  w.server->say_payload(R"({"v":1,"type":"weather","of":"tomorrow"})");
  w.server->say_payload(R"({"v":1,"type":"event","kind":"typing","room":"lobby","name":"bob"})");
  w.server->say_event(member_joined{"lobby", "carol"});
  w.run();
  REQUIRE(w.events.size() == 2);
  CHECK(w.event_at<member_joined>(1));
}

TEST_CASE("client: what cannot be read ends the connection") {
  const std::string bad = GENERATE(as<std::string>(), "not json", R"({"v":1,"type":"ack"})");
  memory_world w;
  w.log_in();
  w.server->say_payload(bad);
  w.run();
  REQUIRE(w.event_at<disconnected>(1));
  CHECK(w.event_at<disconnected>(1)->reason.code == close_code::connection_lost);
  CHECK_FALSE(w.event_at<disconnected>(1)->retry_in);
  CHECK(w.end.code == errc::not_connected);
}

TEST_CASE("client: a frame above the cap ends the connection before it is received") {
  memory_world w;
  w.log_in();
  w.server->say_bytes(std::string("\x00\x01\x00\x01", 4));
  w.run();
  REQUIRE(w.event_at<disconnected>(1));
  CHECK(w.event_at<disconnected>(1)->reason.phrase.find("65537 bytes") != std::string::npos);
}

TEST_CASE("client: frames are taken apart at every boundary") {
  memory_world w;
  w.log_in();
  const std::string bytes = native::encode(event(member_joined{"lobby", "carol"})) +
                            native::encode(event(member_left{"lobby", "carol"}));
  for (const char c : bytes) {
    w.server->say_bytes({&c, 1});
    w.run();
  }
  CHECK(w.event_at<member_joined>(1));
  CHECK(w.event_at<member_left>(2));
}

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

TEST_CASE("client: close waits two seconds for a server that does not answer, not longer") {
  memory_world w([](fake_server& s, const native::request& r) {
    if (std::holds_alternative<native::hello>(r)) answer_politely(s, r);
  });
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", "hello?", w.into(sent));
  bool closed = false;
  w.chat->async_close([&](error_code) { closed = true; });
  const auto start = std::chrono::steady_clock::now();
  w.context.restart();
  w.context.run_for(std::chrono::seconds(5));
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(closed);
  CHECK(sent.code == errc::connection_lost);
  CHECK(took > std::chrono::milliseconds(1900));
  CHECK(took < std::chrono::seconds(4));
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
  config.connect_time = std::chrono::milliseconds(50);
  memory_world w(stay_silent, config);
  w.connect();
  w.context.run_for(std::chrono::seconds(5));
  CHECK(w.login.code == errc::timed_out);
  CHECK(w.sentence ==
        "cannot connect to 127.0.0.1:8443: no answer within 0.05 s, while logging in");
}

TEST_CASE("client: silence is met with a ping, and silence after that is a lost connection") {
  const bool answers = GENERATE(true, false);
  client_config config;
  config.ping_time = std::chrono::milliseconds(60);
  memory_world w(
      [answers](fake_server& s, const native::request& r) {
        if (answers || std::holds_alternative<native::hello>(r)) answer_politely(s, r);
      },
      config);
  w.log_in();
  w.context.restart();
  w.context.run_for(std::chrono::milliseconds(400));
  CHECK(w.server->heard<native::ping>().size() >= (answers ? 3 : 1));
  CHECK((w.event_at<disconnected>(1) != nullptr) == !answers);
}

TEST_CASE("client: a second receive fails, and a receive can be cancelled") {
  memory_world w;
  w.log_in();
  outcome<client_event> second;
  w.chat->async_receive(w.into(second));
  w.run();
  CHECK(second.code == boost::asio::error::already_started);

  memory_world v;
  v.connect();
  v.run();
  boost::asio::cancellation_signal signal;
  error_code code;
  int calls = 0;
  const auto receive = [&] {
    v.chat->async_receive(
        boost::asio::bind_cancellation_slot(signal.slot(), [&](error_code e, const client_event&) {
          code = e;
          ++calls;
        }));
  };
  receive();
  v.run();
  CHECK(calls == 1);
  CHECK_FALSE(code);
  receive();
  v.run();
  CHECK(calls == 1);
  signal.emit(boost::asio::cancellation_type::all);
  v.run();
  CHECK(calls == 2);
  CHECK(code == aborted);
}

TEST_CASE("client: handlers run on their own executor") {
  memory_world w;
  w.log_in();
  auto strand = boost::asio::make_strand(w.context);
  bool on_strand = false;
  w.chat->async_send("lobby", "x",
                     boost::asio::bind_executor(strand, [&](error_code, const acknowledged&) {
                       on_strand = strand.running_in_this_thread();
                     }));
  w.run();
  CHECK(on_strand);
}

TEST_CASE("client: events that nobody receives stop the reading, not the memory") {
  memory_world w;
  w.connect();
  w.run();
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    w.server->say_event(
        entry{"lobby", {1, i}, {}, "bob", entry_kind::message, std::string(500, 'x'), ""});
  }
  w.run();
  w.receive_all();
  CHECK(w.events.size() == 20'001);
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
