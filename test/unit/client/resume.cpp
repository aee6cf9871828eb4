// Coming back as the same member: no entry is missing, and none comes twice.
#include "memory_world.hpp"
#include "scripted_world.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

const std::string token(64, 'a');

/// A server that knows the member, and has a room with so many entries.
fake_server::responder knows(position head, std::string its_token = token) {
  return [head, its_token](fake_server& s, const native::request& r) {
    if (const auto* h = std::get_if<native::hello>(&r)) {
      s.say(native::welcome{h->name, "fake", 500, {}, its_token});
      if (h->room && !h->room->empty()) s.say_event(room_state{"", *h->room, "", {}, head});
    } else if (const auto* j = std::get_if<native::join>(&r)) {
      s.say_event(room_state{j->ref, j->room, "", {}, head});
    } else if (!std::holds_alternative<native::send>(r)) {
      answer_politely(s, r);
    }
  };
}

event said(position at, std::string text = "hi", std::string room = "lobby") {
  return entry{std::move(room), at, {}, "bob", entry_kind::message, std::move(text), ""};
}

/// The outcome of one message.
struct message_outcome {
  int calls = 0;
  error_code code;
  acknowledged value;
};

auto into(message_outcome& o) {
  return [&o](error_code e, acknowledged a) {
    ++o.calls;
    o.code = e;
    o.value = std::move(a);
  };
}

std::vector<std::string> texts(const fake_server& s) {
  std::vector<std::string> all;
  for (const native::send& m : s.heard<native::send>())
    all.push_back(m.text);
  return all;
}

/// One message leaves before the connection is lost, one waits for another connection.
void send_around_the_end(scripted_world& w, message_outcome& sent, message_outcome& unsent) {
  w.chat->async_send("lobby", "sent", into(sent));
  w.until([&] { return !w.servers[0]->heard<native::send>().empty(); });
  w.servers[0]->close();
  w.until([&] { return !w.seen<disconnected>().empty(); });
  w.chat->async_send("lobby", "unsent", into(unsent));
}

} // namespace

TEST_CASE("resume: says who it was and what it has, and gets the rest once") {
  scripted_world w({knows({7, 2}), knows({7, 5})});
  w.connect();
  fake_server& first = *w.servers[0];
  CHECK_FALSE(first.heard<native::hello>().at(0).resume);
  CHECK_FALSE(first.heard<native::hello>().at(0).after);
  for (const std::uint64_t offset : {1U, 2U})
    first.say_event(said({7, offset}));
  first.say_event(room_state{"", "den", "", {}, {7, 0}});
  first.say_event(said({7, 1}, "hi", "den"));
  w.until([&] { return w.seen<entry>().size() == 3; });
  first.close();
  w.until([&] { return w.seen<room_state>().size() == 4; });

  fake_server& second = *w.servers.at(1);
  const native::hello hello = second.heard<native::hello>().at(0);
  CHECK(hello.resume == token);
  CHECK(hello.room == "lobby");
  CHECK(hello.after == position{7, 2});
  CHECK_FALSE(hello.history);
  CHECK(second.heard<native::join>().at(0).room == "den");
  CHECK(second.heard<native::join>().at(0).after == position{7, 1});

  w.events.clear();
  for (const std::uint64_t offset : {2U, 3U, 4U})
    second.say_event(said({7, offset}));
  second.say_event(entries_missed{"lobby", {7, 4}, {7, 9}});
  second.say_event(said({7, 9}));
  second.say_event(said({7, 4}));
  second.say_event(member_joined{"lobby", "carol"});
  w.until([&] { return !w.seen<member_joined>().empty(); });
  REQUIRE(w.events.size() == 5);
  CHECK(std::get<entry>(w.events[0]).at == position{7, 3});
  CHECK(std::get<entry>(w.events[1]).at == position{7, 4});
  CHECK(std::get<entries_missed>(w.events[2]).next == position{7, 9});
  CHECK(std::get<entry>(w.events[3]).at == position{7, 9});
}

TEST_CASE("resume: what came in a login that failed is not counted as had") {
  const auto breaks_off = [](fake_server& s, const native::request& r) {
    if (!std::holds_alternative<native::hello>(r)) return;
    s.say(native::welcome{"alice", "fake", 500, {}, token});
    s.say_event(room_state{"", "lobby", "", {}, {7, 2}});
    s.say_event(said({7, 2}));
    s.say(native::goodbye{{close_code::server_stopping, "not now"}});
  };
  scripted_world w({knows({7, 1}), breaks_off, knows({7, 2})});
  w.connect();
  w.servers[0]->say_event(said({7, 1}));
  w.servers[0]->say_event(room_state{"", "den", "", {}, {7, 0}});
  w.until([&] { return w.seen<room_state>().size() == 2; });
  w.servers[0]->close();
  w.until([&] { return !w.seen<connected>().empty(); });
  CHECK(w.servers.size() == 3);
  CHECK(w.servers[2]->heard<native::hello>().at(0).after == position{7, 1});
  CHECK(w.seen<entry>().size() == 1);
}

TEST_CASE("resume: messages without an answer are sent again, before those given later") {
  scripted_world w({knows({7, 0}), knows({7, 0})});
  w.connect();
  fake_server& first = *w.servers[0];
  message_outcome one, two, three, four;
  w.chat->async_send("lobby", "one", into(one));
  w.chat->async_send("lobby", "two", into(two));
  w.until([&] { return first.heard<native::send>().size() == 2; });
  const std::string id = first.heard<native::send>()[1].id;
  first.say_event(acknowledged{first.heard<native::send>()[0].id, "lobby", {7, 1}, {}, false});
  w.until([&] { return one.calls == 1; });
  first.close();
  w.until([&] { return !w.seen<disconnected>().empty(); });
  w.chat->async_send("lobby", "three", into(three));
  w.until([&] { return !w.seen<connected>().empty(); });
  w.chat->async_send("lobby", "four", into(four));
  fake_server& second = *w.servers.at(1);
  w.until([&] { return second.heard<native::send>().size() == 3; });
  CHECK(texts(second) == std::vector<std::string>{"two", "three", "four"});
  CHECK(second.heard<native::send>()[0].id == id);
  // Our own entry that nothing is missing before.
  CHECK(second.heard<native::hello>().at(0).after == position{7, 1});
  CHECK(two.calls + three.calls == 0);

  const auto again = second.heard<native::send>();
  second.say_event(acknowledged{again[0].id, "lobby", {7, 2}, {}, true});
  second.say_event(refused{again[1].id, errc::not_in_room, "not there"});
  second.say_event(acknowledged{again[2].id, "lobby", {7, 3}, {}, false});
  w.until([&] { return four.calls == 1; });
  CHECK_FALSE(two.code);
  CHECK(two.value.duplicate);
  CHECK(two.value.at == position{7, 2});
  CHECK(three.code == errc::not_in_room);
  CHECK_FALSE(four.code);
  CHECK(one.calls + two.calls + three.calls == 3);
  CHECK(w.seen<acknowledged>().empty());
}

TEST_CASE("resume: commands and pages of history are not repeated") {
  scripted_world w({[](fake_server& s, const native::request& r) {
                      if (std::holds_alternative<native::hello>(r)) answer_politely(s, r);
                    },
                    knows({7, 0})});
  w.connect();
  error_code command;
  error_code page;
  w.chat->async_command("lobby", "/me waves", [&](error_code e, const reply&) { command = e; });
  w.chat->async_history("lobby", {}, [&](error_code e, const history_page&) { page = e; });
  w.until([&] { return w.servers[0]->requests.size() == 3; });
  w.servers[0]->close();
  w.until([&] { return !w.seen<connected>().empty(); });
  CHECK(command == errc::connection_lost);
  CHECK(page == errc::connection_lost);
  CHECK(w.servers[1]->requests.size() == 1);
}

TEST_CASE("resume: what waits for a connection is bounded") {
  scripted_world w({knows({7, 0})},
                   [](client_config& c) { c.retry_first = c.retry_most = std::chrono::hours(1); });
  w.connect();
  w.servers[0]->close();
  w.until([&] { return !w.seen<disconnected>().empty(); });
  std::vector<error_code> codes(1002, boost::asio::error::would_block);
  diagnostics why;
  for (error_code& code : codes)
    w.chat->async_send("lobby", "x", why, [&](error_code e, const acknowledged&) { code = e; });
  w.until([&] { return codes.back() != boost::asio::error::would_block; });
  CHECK(codes[999] == boost::asio::error::would_block);
  CHECK(codes[1000] == errc::not_connected);
  CHECK(why.message() ==
        "there is no connection now, and no more than 1000 messages or 1048576 bytes "
        "wait for the next one");
  message_outcome long_one;
  w.chat->async_send("lobby", std::string(501, 'x'), into(long_one));
  bool closed = false;
  w.chat->async_close([&](error_code) { closed = true; });
  w.until([&] { return closed && long_one.calls == 1 && codes[999] == errc::not_connected; });
  CHECK(long_one.code == errc::text_too_long);
}

TEST_CASE("resume: a client that gives up says which messages may have been kept") {
  const auto replaced = [](fake_server& s, const native::request&) {
    s.say_event(refused{"", errc::wrong_passphrase, "wrong passphrase"});
  };
  scripted_world w({knows({7, 0}), replaced});
  w.connect();
  message_outcome sent, unsent;
  send_around_the_end(w, sent, unsent);
  w.until([&] { return w.end.has_value() && sent.calls + unsent.calls == 2; });
  CHECK(sent.code == errc::connection_lost);
  CHECK(unsent.code == errc::not_connected);
}

TEST_CASE("resume: destroyed while messages wait, each handler is called once") {
  scripted_world w({knows({7, 0})},
                   [](client_config& c) { c.retry_first = c.retry_most = std::chrono::hours(1); });
  w.connect();
  message_outcome sent, unsent;
  send_around_the_end(w, sent, unsent);
  w.chat.reset();
  w.until([&] { return sent.calls == 1 && unsent.calls == 1; });
  CHECK(sent.code == boost::asio::error::operation_aborted);
  CHECK(unsent.code == boost::asio::error::operation_aborted);
}

TEST_CASE("resume: a member who was replaced by another connection stays away") {
  scripted_world w({knows({7, 0})});
  w.connect();
  w.servers[0]->say(native::goodbye{{close_code::replaced, "you came in again"}});
  w.until([&] { return w.end.has_value(); });
  CHECK(w.seen<disconnected>().at(0).reason.code == close_code::replaced);
  CHECK_FALSE(w.seen<disconnected>().at(0).retry_in);
  CHECK(w.servers.size() == 1);
}

TEST_CASE("resume: the state that a program keeps is what it has received, and is used once more") {
  memory_world w(knows({7, 0}));
  w.connect();
  w.run();
  CHECK(w.chat->saved_state().token == token);
  CHECK(w.chat->saved_state().positions.empty());
  w.server->say_event(said({7, 1}));
  w.run();
  // It is there, but nobody has asked for it.
  CHECK(w.chat->saved_state().positions.empty());
  w.receive_all();
  CHECK(w.events.size() == 2);
  const resume_state state = w.chat->saved_state();
  CHECK(state.positions == std::map<std::string, position>{{"lobby", {7, 1}}});

  client_config config;
  config.resume = state;
  config.history = 5;
  memory_world later(knows({7, 4}), config);
  CHECK(later.chat->saved_state().token == token);
  CHECK(later.chat->saved_state().positions == state.positions);
  later.log_in();
  CHECK(later.server->heard<native::hello>().at(0).resume == token);
  CHECK(later.server->heard<native::hello>().at(0).after == position{7, 1});
  CHECK_FALSE(later.server->heard<native::hello>().at(0).history);
  later.server->say_event(said({7, 1}));
  later.server->say_event(said({7, 2}));
  later.run();
  CHECK(later.events.size() == 2);
}

TEST_CASE("resume: the state that a program keeps counts its own entries") {
  memory_world w(knows({7, 0}));
  w.log_in();
  w.chat->async_send("lobby", "mine", [](error_code, const acknowledged&) {});
  w.run();
  const std::string id = w.server->heard<native::send>().at(0).id;
  w.server->say_event(acknowledged{id, "lobby", {7, 1}, {}, false});
  w.run();
  CHECK(w.chat->saved_state().positions.at("lobby") == position{7, 1});
}

TEST_CASE("resume: a room that was left is begun anew") {
  memory_world w([](fake_server& s, const native::request& r) {
    const auto* c = std::get_if<native::command_line>(&r);
    if (!c) return knows({7, 3})(s, r);
    s.say_event(reply{c->ref, "leave", {"you left #lobby"}, {"#lobby"}});
  });
  w.log_in();
  w.server->say_event(said({7, 4}));
  w.run();
  CHECK(w.chat->saved_state().positions.contains("lobby"));
  w.chat->async_command("lobby", "/leave", [](error_code, const reply&) {});
  w.run();
  CHECK(w.chat->saved_state().positions.empty());
  w.chat->async_command("", "/join #Lobby", [](error_code, const reply&) {});
  w.run();
  CHECK_FALSE(w.server->heard<native::join>().at(0).after);
}

TEST_CASE("resume: how much of a room comes first is the program's choice, by /join too") {
  client_config config;
  config.history = 0;
  memory_world w(knows({7, 40}), config);
  w.log_in();
  CHECK(w.server->heard<native::hello>().at(0).history == 0);
  outcome<reply> joined;
  w.chat->async_command("lobby", "/join den", w.into(joined));
  w.run();
  CHECK(w.server->heard<native::join>().at(0).room == "den");
  CHECK(w.server->heard<native::join>().at(0).history == 0);
  CHECK(joined.value.items == std::vector<std::string>{"den"});
  CHECK(w.chat->saved_state().positions ==
        std::map<std::string, position>{{"den", {7, 40}}, {"lobby", {7, 40}}});
}

TEST_CASE("resume: bye is said when the last message has its answer") {
  memory_world w(knows({7, 0}));
  w.log_in();
  outcome<acknowledged> sent;
  w.chat->async_send("lobby", "last words", w.into(sent));
  bool closed = false;
  w.chat->async_close([&](error_code e) { closed = !e; });
  w.run();
  CHECK(w.server->heard<native::bye>().empty());
  w.server->say_event(said({7, 1}));
  w.server->say_event(
      acknowledged{w.server->heard<native::send>()[0].id, "lobby", {7, 2}, {}, false});
  w.server->say_event(said({7, 3}));
  w.run();
  CHECK(sent.calls == 1);
  CHECK_FALSE(sent.code);
  CHECK(closed);
  CHECK(w.server->heard<native::bye>().size() == 1);
}

TEST_CASE("resume: the token is not logged") {
  std::string log;
  scripted_world w({knows({7, 0}), knows({7, 0})}, [&](client_config& c) {
    c.log = [&](severity, std::string_view message, std::span<const log_field> fields) {
      log += message;
      for (const log_field& f : fields)
        log += f.value;
    };
  });
  w.connect();
  w.servers[0]->close();
  w.until([&] { return !w.seen<connected>().empty(); });
  CHECK_FALSE(log.empty());
  CHECK(log.find(token) == std::string::npos);
}
