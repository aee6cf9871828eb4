// The host program says whether a message is stored.

#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

#include <deque>
#include <stdexcept>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::last;
using test::server_world;
using test::types;
using words = std::vector<std::string>;

namespace {

/// Keeps the questions; the test answers them.
struct asked_posts {
  server_hooks hooks() {
    return {.on_post = [this](const post_request& p, post_answer_handler h) {
      requests.push_back(p);
      answers.push_back(std::move(h));
    }};
  }
  std::deque<post_request> requests;
  std::deque<post_answer_handler> answers;
};

server_hooks always(post_answer a) {
  return {
      .on_post = [a = std::move(a)](const post_request&, const post_answer_handler& h) { h(a); }};
}

std::string saying(const std::string& text, const std::string& id = "m") {
  return "{'type':'send','room':'lobby','id':'" + id + "','text':'" + text + "'}";
}

/// Of acks the ids, of errors and events the texts.
words told(const std::vector<boost::json::object>& messages) {
  words all;
  for (const auto& m : messages) {
    for (const char* field : {"id", "ref", "text"}) {
      if (!m.contains(field) || m.at(field).as_string().empty()) continue;
      all.push_back(std::string(m.at("type").as_string()) + " " +
                    std::string(m.at(field).as_string()));
      break;
    }
  }
  return all;
}

} // namespace

TEST_CASE("a host sees a message before anybody, and it is stored when the host accepts it") {
  asked_posts asked;
  server_world w({}, asked.hooks());
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  CHECK(w.say(alice, saying("hello", "m1")).empty());
  CHECK(bob->take().empty());
  REQUIRE(asked.requests.size() == 1);
  const post_request& p = asked.requests[0];
  CHECK(p.by.name == "alice");
  CHECK(p.by.session == w.chat->sessions().at(0).number);
  CHECK(p.room == "lobby");
  CHECK(p.kind == entry_kind::message);
  CHECK(p.text == "hello");
  CHECK(p.id == "m1");
  w.time.advance(2s);
  const wall_time now = w.time.wall_now();
  asked.answers[0](post_accepted{});
  w.run();
  CHECK(types(alice->take()) == words{"ack"});
  const auto heard = bob->take();
  REQUIRE(types(heard) == words{"event message"});
  CHECK(heard[0].at("time").as_int64() == now.time_since_epoch().count());
}

TEST_CASE("a host rewrites a message, and what it makes of it is checked") {
  server_world w({}, always(post_accepted{"a\tb  "}));
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  CHECK(types(w.say(alice, saying("x"))) == words{"ack"});
  CHECK(last(bob->take(), "text") == "a\tb");

  server_world nothing({}, always(post_accepted{""}));
  CHECK(last(nothing.say(nothing.log_in("alice"), saying("x")), "code") == "text_empty");
  server_world much({}, always(post_accepted{std::string(9'000, 'x')}));
  CHECK(last(much.say(much.log_in("alice"), saying("x")), "code") == "text_too_long");
}

TEST_CASE("a message that a host refuses is told to its sender alone, and is in no log") {
  server_world w({}, always(host_refusal{"mind your words", errc::not_allowed}));
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  const auto heard = w.say(alice, saying("darn", "m1"));
  CHECK(types(heard) == words{"error"});
  CHECK(last(heard, "ref") == "m1");
  CHECK(last(heard, "message") == "mind your words");
  CHECK(bob->take().empty());
  CHECK(w.chat->stats().entries == 0);
}

TEST_CASE("a refusal of a host that is very long or has no code ends no connection") {
  server_world w({}, always(host_refusal{std::string(3'000'000, 'x'), errc{}}));
  const auto alice = w.log_in("alice");
  alice->take();
  const auto heard = w.say(alice, saying("darn", "m1"));
  CHECK(types(heard) == words{"error"});
  CHECK(last(heard, "code") == "not_allowed");
  CHECK(last(heard, "message").size() == 1'000);
  CHECK_FALSE(alice->ended);
}

TEST_CASE("actions and topics are asked about as well, and a topic may become empty") {
  asked_posts asked;
  server_world w({}, asked.hooks());
  const auto alice = w.log_in("alice");
  w.say(alice, "{'type':'command','ref':'1','room':'lobby','line':'/me waves'}");
  w.say(alice, "{'type':'command','ref':'2','room':'lobby','line':'/topic tea'}");
  REQUIRE(asked.requests.size() == 1); // a topic is set when what was said before is answered
  CHECK(asked.requests[0].kind == entry_kind::action);
  asked.answers[0](post_accepted{});
  w.run();
  REQUIRE(asked.requests.size() == 2);
  CHECK(asked.requests[1].kind == entry_kind::topic);
  asked.answers[1](post_accepted{""});
  w.run();
  CHECK(w.chat->rooms().at(0).topic.empty());
}

TEST_CASE("messages of a room are stored in their order, whenever the host decides them") {
  asked_posts asked;
  server_world w({}, asked.hooks());
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  alice->take();
  w.say(alice, saying("one", "1"));
  w.say(bob, saying("two", "2"));
  w.say(alice, saying("three", "3"));
  REQUIRE(asked.requests.size() == 3); // all are asked about at once
  asked.answers[2](post_accepted{});
  asked.answers[1](host_refusal{"no"});
  w.run();
  CHECK(bob->take().empty());
  asked.answers[0](post_accepted{});
  w.run();
  CHECK(told(alice->take()) == words{"ack 1", "ack 3"});
  CHECK(told(bob->take()) == words{"error 2", "event one", "event three"});
}

TEST_CASE("a message that waits for a host holds up neither another room nor other requests") {
  asked_posts asked;
  server_world w({}, asked.hooks());
  const auto alice = w.log_in("alice");
  w.say(alice, "{'type':'join','room':'den'}");
  w.say(alice, saying("waits", "1"));
  w.say(alice, "{'type':'send','room':'den','id':'2','text':'goes'}");
  asked.answers[1](post_accepted{});
  w.run();
  CHECK(told(alice->take()) == words{"ack 2"});
}

TEST_CASE("a page of the log that is asked for behind a message has the message") {
  asked_posts asked;
  server_world w({}, asked.hooks());
  const auto alice = w.log_in("alice");
  w.say(alice, saying("hello", "1"));
  CHECK(w.say(alice, "{'type':'history','ref':'h','room':'lobby'}").empty());
  asked.answers[0](post_accepted{});
  w.run();
  const auto heard = alice->take();
  REQUIRE(types(heard) == words{"ack", "history"});
  CHECK(heard[1].at("entries").as_array().size() == 1);
}

TEST_CASE("a host that throws, or is silent, has messages refused, and the room goes on") {
  int n = 0;
  post_answer_handler kept;
  server_world w({}, {.on_post =
                          [&](const post_request&, post_answer_handler h) {
                            if (++n == 1) throw std::runtime_error("no list");
                            if (n == 2)
                              kept = std::move(h);
                            else
                              h(post_accepted{});
                          },
                      .answer_time = 3s});
  const auto alice = w.log_in("alice");
  CHECK(last(w.say(alice, saying("one")), "code") == "not_available");
  w.say(alice, saying("two", "2"));
  CHECK(w.say(alice, saying("three", "3")).empty());
  w.time.advance(3s);
  CHECK(told(alice->take()) == words{"error 2", "ack 3"});
  kept(post_accepted{});
  w.run();
  CHECK(alice->take().empty());
  CHECK(w.logged("hook=on_post reason=no list"));
}

TEST_CASE(
    "a message is stored though its author has gone, and one of a server that has gone is not") {
  asked_posts asked;
  server_world w({}, asked.hooks());
  const auto alice = w.log_in("alice");
  w.say(alice, saying("one", "1"));
  w.say(alice, saying("two", "2"));
  alice->hang_up();
  w.run();
  asked.answers[0](post_accepted{});
  w.run();
  CHECK(types(w.say(w.connect(), "{'type':'hello','name':'bob'}")) ==
        words{"welcome", "event joined", "room", "event message"});
  w.chat.reset();
  asked.answers[1](post_accepted{});
  w.run();
}

TEST_CASE(
    "no message is acknowledged before the goodbye of its author, if the host takes too long") {
  asked_posts asked;
  server_world w({}, asked.hooks());
  const auto alice = w.log_in("alice");
  w.say(alice, saying("one", "1"));
  CHECK(w.say(alice, "{'type':'bye'}").empty());
  w.time.advance(2s);
  CHECK(types(alice->take()) == words{"goodbye"});
}
