// Requests to a server, its messages, and messages that cannot be read.
#include "memory_world.hpp"
#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::test;

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

TEST_CASE("client: a refused send has the code, and its diagnostics the sentence") {
  memory_world w([](fake_server& s, const native::request& r) {
    if (const auto* m = std::get_if<native::send>(&r)) {
      s.say_event(refused{m->id, errc::not_in_room, "you are not in den"});
    } else {
      answer_politely(s, r);
    }
  });
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("den", "hello", w.why, w.into(sent));
  w.run();
  CHECK(sent.code == errc::not_in_room);
  CHECK(w.why.message() == "you are not in den");
}

TEST_CASE("client: two failures in one turn each have their own sentence, a success has none") {
  memory_world w([](fake_server& s, const native::request& r) {
    if (const auto* m = std::get_if<native::send>(&r)) {
      s.say_event(refused{m->id, errc::not_in_room, "about " + m->text});
    } else {
      answer_politely(s, r);
    }
  });
  w.log_in();
  std::array<diagnostics, 3> why;
  outcome<acknowledged> sent;
  w.chat->async_send("den", "one", why[0], w.into(sent));
  w.chat->async_send("den", "two", why[1], w.into(sent));
  w.run();
  CHECK(why[0].message() == "about one");
  CHECK(why[1].message() == "about two");
  outcome<reply> run;
  why[2].assign("of another operation");
  w.chat->async_command("lobby", "/who", why[2], w.into(run));
  w.run();
  CHECK_FALSE(run.code);
  CHECK(why[2].message().empty());
}

TEST_CASE("client: a text that is too long is not sent at all") {
  memory_world w;
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", std::string(8193, 'x'), w.into(sent));
  outcome<reply> run;
  w.chat->async_command("lobby", "/msg bob " + std::string(100'000, 'x'), w.into(run));
  w.run();
  // Neither is what names the room in which it is to be said.
  const std::string room(100'000, 'r');
  outcome<acknowledged> said;
  w.chat->async_send(room, "x", w.into(said));
  outcome<reply> asked;
  w.chat->async_command(room, "/who", w.into(asked));
  outcome<history_page> read;
  w.chat->async_history(room, {}, w.into(read));
  w.run();
  CHECK(sent.code == errc::text_too_long);
  CHECK(run.code == errc::text_too_long);
  CHECK(said.code == errc::text_too_long);
  CHECK(asked.code == errc::text_too_long);
  CHECK(read.code == errc::text_too_long);
  CHECK(w.server->heard<native::history>().empty());
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

TEST_CASE("client: a text of the server's limit is sent, and a request of the frame's") {
  memory_world w;
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", std::string(8192, 'x'), w.into(sent));
  w.run();
  CHECK(sent.calls == 1);
  CHECK_FALSE(sent.code);

  std::size_t refused_ones = 0;
  for (std::size_t n = 65'300; n < 65'536; ++n) {
    w.chat->async_command("lobby", "/x " + std::string(n, 'x'), [&](error_code e, const reply&) {
      if (e == errc::text_too_long) ++refused_ones;
    });
    w.run();
  }
  std::size_t longest = 0;
  for (const native::command_line& c : w.server->heard<native::command_line>())
    longest = std::max(longest, native::encode(native::request(c)).size());
  CHECK(longest == wire::header_bytes + wire::native_payload_cap);
  CHECK(refused_ones + w.server->heard<native::command_line>().size() == 236);
}
