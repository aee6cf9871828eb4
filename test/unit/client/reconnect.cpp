// Reconnecting, while the test moves the time.
#include "scripted_world.hpp"
#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::test;

TEST_CASE("client D12: comes back with its name and its rooms, and tells it before what is new") {
  scripted_world w({answer_politely});
  w.connect();
  w.servers[0]->say_event(room_state{"", "den", "", {"alice"}, {1, 0}});
  w.servers[0]->say_event(member_renamed{"lobby", "alice", "ally"});
  w.until([&] { return w.seen<member_renamed>().size() == 1; });
  w.events.clear();
  w.servers[0]->close();
  w.until([&] { return w.seen<room_state>().size() == 2; });

  REQUIRE(w.servers.size() == 2);
  const fake_server& second = *w.servers[1];
  CHECK(second.heard<native::hello>().at(0).name == "ally");
  CHECK(second.heard<native::hello>().at(0).room == "lobby");
  CHECK(second.heard<native::join>().at(0).room == "den");
  REQUIRE(w.events.size() == 4);
  REQUIRE(std::holds_alternative<disconnected>(w.events[0]));
  CHECK(std::get<disconnected>(w.events[0]).retry_in);
  REQUIRE(std::holds_alternative<connected>(w.events[1]));
  CHECK(std::get<connected>(w.events[1]).again);
  CHECK(w.logins == 1);
}

TEST_CASE("client: a goodbye with the advice to come back is followed, any other is not") {
  const auto reason = GENERATE(close_code::server_stopping, close_code::protocol_error);
  scripted_world w({answer_politely});
  w.connect();
  w.servers[0]->say(native::goodbye{{reason, "so it is"}});
  if (reason == close_code::server_stopping) {
    w.until([&] { return !w.seen<connected>().empty(); });
    CHECK(w.seen<disconnected>().at(0).reason.phrase == "so it is");
  } else {
    w.until([&] { return w.end.has_value(); });
    CHECK_FALSE(w.seen<disconnected>().at(0).retry_in);
    CHECK(*w.end == errc::not_connected);
  }
}

TEST_CASE("client: waits for its name while another member bears it") {
  const auto taken = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::name_taken, "the name alice is taken"});
  };
  scripted_world w({answer_politely, taken, taken, answer_politely});
  w.connect();
  w.servers[0]->close();
  w.until([&] { return !w.seen<connected>().empty(); });
  CHECK(w.servers.size() == 4);
  CHECK(w.seen<connected>().at(0).name == "alice");
  const auto told = w.seen<disconnected>();
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[0].attempt);
  CHECK(told[1].attempt == errc::name_taken); // twice refused, told once
  CHECK(told[1].reason.phrase == "the name alice is taken");
  CHECK(told[1].retry_in);
  CHECK(w.servers[3]->heard<native::hello>().at(0).room == "lobby");
}

TEST_CASE("client: does not come back to a server that refuses the passphrase now") {
  const auto wrong = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::wrong_passphrase, "wrong passphrase"});
  };
  scripted_world w({answer_politely, wrong});
  w.connect();
  w.servers[0]->close();
  w.until([&] { return w.end.has_value(); });
  REQUIRE(w.seen<disconnected>().size() == 2);
  CHECK(w.seen<disconnected>()[1].reason.code == close_code::wrong_passphrase);
  CHECK(w.seen<disconnected>()[1].attempt == errc::wrong_passphrase);
  CHECK_FALSE(w.seen<disconnected>()[1].retry_in);
}

TEST_CASE("client: every reason why it cannot come back is told, each once for a lost connection") {
  const auto taken = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::name_taken, "the name alice is taken"});
  };
  const auto full = [](fake_server& s, const native::request&) {
    s.say(native::goodbye{{close_code::server_stopping, "back soon"}});
  };
  scripted_world w(
      {answer_politely, taken, full, taken, full, answer_politely, full, answer_politely});
  w.connect();
  w.servers[0]->close();
  w.until([&] { return w.seen<connected>().size() == 1; });
  std::vector<error_code> told;
  for (const disconnected& d : w.seen<disconnected>())
    told.push_back(d.attempt);
  CHECK(told == std::vector<error_code>{{}, errc::name_taken, errc::server_stopping});
  w.servers.back()->close();
  w.until([&] { return w.seen<connected>().size() == 2; });
  CHECK(w.seen<disconnected>().size() == 5);
  CHECK(w.seen<disconnected>().back().attempt == errc::server_stopping);
}

TEST_CASE("client: does not come back to a server that says that it would end the same way") {
  const auto elsewhere = [](fake_server& s, const native::request&) {
    s.say(native::goodbye{{close_code::not_trusted, "your certificate is no longer accepted"}});
  };
  scripted_world w({answer_politely, elsewhere});
  w.connect();
  w.servers[0]->close();
  w.until([&] { return w.end.has_value(); });
  const disconnected last = w.seen<disconnected>().back();
  CHECK(last.reason ==
        close_reason{close_code::not_trusted, "your certificate is no longer accepted"});
  CHECK(last.attempt == errc::closed_by_server);
  CHECK_FALSE(last.retry_in);
}

TEST_CASE("client: a room that refuses us when we come back is told by its name") {
  const auto no_den = [](fake_server& s, const native::request& r) {
    if (const auto* j = std::get_if<native::join>(&r)) {
      s.say_event(refused{j->ref, errc::too_many_rooms, "there are as many rooms as may be"});
    } else {
      answer_politely(s, r);
    }
  };
  scripted_world w({answer_politely, no_den});
  w.connect();
  w.servers[0]->say_event(room_state{"", "den", "", {"alice"}, {1, 0}});
  w.until([&] { return w.seen<room_state>().size() == 2; });
  w.servers[0]->close();
  w.until([&] { return !w.seen<refused>().empty(); });
  CHECK(w.seen<refused>().at(0).message ==
        "you are not in den any more: there are as many rooms as may be");
}

TEST_CASE("client: without `reconnect` a lost connection is the end") {
  scripted_world w({answer_politely}, [](client_config& c) { c.reconnect = false; });
  w.connect();
  w.servers[0]->close();
  w.until([&] { return w.end.has_value(); });
  CHECK_FALSE(w.seen<disconnected>().at(0).retry_in);
  CHECK(w.servers.size() == 1);
}

TEST_CASE("client: closes properly while it waits for the next attempt") {
  scripted_world w({answer_politely},
                   [](client_config& c) { c.retry_first = c.retry_most = std::chrono::hours(1); });
  w.connect();
  w.servers[0]->close();
  w.until([&] { return !w.seen<disconnected>().empty(); });
  bool closed = false;
  w.chat->async_close([&](error_code e) { closed = !e; });
  w.until([&] { return closed && w.end.has_value(); });
}

TEST_CASE("client: a room that refused us is not asked for again") {
  const auto no_den = [](fake_server& s, const native::request& r) {
    if (const auto* j = std::get_if<native::join>(&r)) {
      s.say_event(refused{j->ref, errc::too_many_rooms, "there are as many rooms as may be"});
    } else {
      answer_politely(s, r);
    }
  };
  scripted_world w({answer_politely, no_den});
  w.connect();
  w.servers[0]->say_event(room_state{"", "den", "", {"alice"}, {1, 0}});
  w.time.run();
  w.peers[0]->end();
  w.until([&] { return w.seen<connected>().size() == 1; });
  CHECK(w.servers[1]->heard<native::join>().size() == 1);
  w.peers[1]->end();
  w.until([&] { return w.seen<connected>().size() == 2; });
  CHECK(w.servers[2]->heard<native::join>().empty());
}

TEST_CASE("client: tries again exactly when it has said so") {
  scripted_world w({answer_politely});
  w.connect();
  w.peers[0]->end();
  w.time.run();
  const auto wait = w.seen<disconnected>().at(0).retry_in.value();
  CHECK(wait >= std::chrono::milliseconds(250));
  CHECK(wait <= std::chrono::milliseconds(500));
  w.time.advance(wait - std::chrono::milliseconds(1));
  CHECK(w.servers.size() == 1);
  w.time.advance(std::chrono::milliseconds(1));
  CHECK(w.servers.size() == 2);
}

TEST_CASE("client: another connection is made at once where that is asked for") {
  scripted_world w({answer_politely, answer_politely});
  w.connect();
  CHECK(w.chat->reconnect());
  w.until([&] { return !w.seen<connected>().empty(); });
  CHECK(w.servers.size() == 2);
  const auto told = w.seen<disconnected>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].retry_in);
  CHECK(w.seen<connected>().at(0).again);
}

TEST_CASE("client: the pause before the next attempt can be cut short") {
  scripted_world w({answer_politely, answer_politely});
  w.connect();
  w.servers[0]->close();
  w.until([&] { return w.seen<disconnected>().size() == 1; });
  const steady_time before = w.time.now();
  CHECK(w.servers.size() == 1);
  CHECK(w.chat->reconnect());
  w.time.run();
  CHECK(w.seen<connected>().size() == 1);
  CHECK(w.time.now() == before);
}

TEST_CASE("client: where it does not reconnect, it is not asked to") {
  scripted_world w({answer_politely}, [](client_config& c) { c.reconnect = false; });
  CHECK_FALSE(w.chat->reconnect());
  w.connect();
  CHECK_FALSE(w.chat->reconnect());
  CHECK(w.seen<disconnected>().empty());
}

TEST_CASE("client: says how long it is until the next attempt, for each of them") {
  using std::chrono::milliseconds;
  const auto refusing = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::name_taken, "the name alice is taken"});
  };
  scripted_world w({answer_politely, refusing, refusing, refusing, answer_politely});
  CHECK_FALSE(w.chat->next_attempt_in());
  w.connect();
  CHECK_FALSE(w.chat->next_attempt_in());
  w.peers[0]->end();
  w.time.run();
  CHECK(w.chat->next_attempt_in() == w.seen<disconnected>().at(0).retry_in);
  w.time.advance(milliseconds(100));
  CHECK(w.chat->next_attempt_in() ==
        w.seen<disconnected>().at(0).retry_in.value() - milliseconds(100));
  // The later ones are not told as events, but each has its time.
  for (std::size_t servers = 2; servers < 4; ++servers) {
    w.until([&] { return w.servers.size() == servers && w.chat->next_attempt_in(); });
    const milliseconds wait = *w.chat->next_attempt_in();
    CHECK(wait > milliseconds(0));
    w.time.advance(wait - milliseconds(1));
    CHECK(w.servers.size() == servers);
    CHECK(w.chat->next_attempt_in() == milliseconds(1));
  }
  CHECK(w.seen<disconnected>().size() == 2);
  CHECK(w.chat->reconnect());
  CHECK_FALSE(w.chat->next_attempt_in()); // it is being made
  w.until([&] { return !w.seen<connected>().empty(); });
  CHECK_FALSE(w.chat->next_attempt_in());
}
