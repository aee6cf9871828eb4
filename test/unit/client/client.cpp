// Connecting, and receiving events.
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
  CHECK(w.why.message() == "not like this");
}

TEST_CASE("client: a goodbye instead of a welcome is a failure with its reason") {
  memory_world w([](fake_server& s, const native::request&) {
    s.say(native::goodbye{{close_code::server_stopping, "back soon"}});
  });
  w.connect();
  w.run();
  CHECK(w.login.code == errc::server_stopping);
  CHECK(w.why.message() == "the server closed the connection: back soon");
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

TEST_CASE("client: events that are not received any more stop the reading, not the memory") {
  memory_world w;
  w.connect();
  w.run();
  outcome<client_event> first;
  w.chat->async_receive(w.into(first));
  w.run();
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    w.server->say_event(
        entry{"lobby", {1, i}, {}, "bob", entry_kind::message, std::string(500, 'x'), ""});
  }
  w.run();
  w.receive_all();
  CHECK(w.events.size() == 20'000);
}

TEST_CASE("client: one that only sends is answered, whatever is said meanwhile") {
  memory_world w;
  w.connect();
  w.run();
  for (std::uint64_t i = 1; i <= 10'000; ++i)
    w.server->say_event(entry{"lobby", {1, i}, {}, "bob", entry_kind::message, "x", ""});
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", "hello", w.into(sent));
  w.run();
  CHECK(sent.calls == 1);
  CHECK_FALSE(sent.code);

  // Should it receive after all, it is told of the gap.
  w.receive_all();
  REQUIRE(w.event_at<entries_missed>(0));
  const entries_missed gap = *w.event_at<entries_missed>(0);
  CHECK(gap.room == "lobby");
  REQUIRE(w.event_at<entry>(1));
  CHECK(gap.next == w.event_at<entry>(1)->at);
  CHECK(w.events.size() == 4097);
  CHECK(w.event_at<entry>(4096)->at == position{1, 10'000});
  CHECK(w.chat->saved_state().positions.at("lobby").offset >= 10'000);
}

TEST_CASE("client: settings that it cannot work with are named") {
  boost::asio::io_context context;
  const auto refusal = [&](const std::function<void(client_config&)>& change) -> std::string {
    client_config config;
    change(config);
    try {
      const client made(context, config);
    } catch (const error& e) {
      CHECK(e.code() == errc::bad_setting);
      return e.what();
    }
    return {};
  };
  CHECK(refusal([](client_config&) {}).empty());
  CHECK(refusal([](client_config& c) { c.host.clear(); }) ==
        "client_config::host must not be empty: name the server, or give its address");
  CHECK(refusal([](client_config& c) { c.port = 0; }) == "client_config::port must not be 0");
  CHECK(refusal([](client_config& c) { c.name.assign(100'000, 'x'); }) ==
        "client_config::name has 100000 bytes; at most 1000 can be sent");
  CHECK(refusal([](client_config& c) {
          c.room.assign(1'001, 'x');
        }).starts_with("client_config::room has 1001"));
  CHECK(refusal([](client_config& c) {
          c.passphrase.emplace(8'193, 'x');
        }).starts_with("client_config::passphrase has 8193"));
  const std::chrono::milliseconds none(0);
  CHECK(refusal([&](client_config& c) { c.connect_time = none; }) ==
        "client_config::connect_time must be 1 to 86400000 ms, not 0 ms");
  CHECK(
      refusal([&](client_config& c) { c.ping_time = none; }).starts_with("client_config::ping_t"));
  CHECK(refusal([&](client_config& c) {
          c.retry_first = none;
        }).starts_with("client_config::retry_first"));
  CHECK(refusal([&](client_config& c) {
          c.retry_most = none;
        }).starts_with("client_config::retry_most"));
}
