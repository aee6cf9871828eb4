// Settings against abuse: each is met, exceeded, told, lifted, and switched off by 0.
#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/direct_world.hpp"

#include <string>
#include <string_view>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

abuse_limits nothing() {
  abuse_limits a;
  a.when = rate_limits::use::always;
  a.repeats = a.receivers = a.newcomer_messages = a.names = {};
  a.mentions = 0;
  return a;
}

template <class World>
struct held_to : World {
  explicit held_to(const abuse_limits& a) {
    run_time_limits l;
    l.rates.when = rate_limits::use::never;
    l.abuse = a;
    this->hub.limit(l, time, false);
  }
  /// What the member is told of a line: empty if it is said.
  std::string refusal_of(person& p, std::string_view line, const std::string& room = "lobby") {
    time.advance(1s); // the last refusal has held it
    p.ear.events.clear();
    this->type(p, line, room, "r");
    this->run();
    return p.ear.template last<refused>().message;
  }
  heard alarms() {
    heard all;
    this->memory.read(std::string(asio_chat::hub::alarm_room), {}, [&](const auto& p) {
      for (const auto& r : p.value().entries)
        all.push_back(r.what.text);
    });
    this->run();
    return all;
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
};

using abuse_world = held_to<moderated_world>;

} // namespace

TEST_CASE("abuse: the same text is said so often, whatever the rooms and blanks, and later again") {
  abuse_limits a = nothing();
  a.repeats = {3, 60s};
  abuse_world w(a);
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  w.hub.join(*alice.self, "den", "").value();
  w.run();
  CHECK(w.refusal_of(alice, "buy this").empty());
  CHECK(w.refusal_of(alice, "Buy  THIS", "den").empty());
  CHECK(w.refusal_of(alice, "/msg bob buy this").empty());
  CHECK(w.refusal_of(alice, "buy this", "den") ==
        "you have said this 3 times in 1 min; you may say it again in 17 s");
  CHECK(w.refusal_of(alice, "/me buy this").starts_with("you have said this 3 times"));
  CHECK(w.refusal_of(alice, "something else").empty());
  CHECK(w.refusal_of(bob, "buy this").empty());
  CHECK(w.counters.abuse_refusals == 2);
  w.time.advance(20s);
  CHECK(w.refusal_of(alice, "buy this").empty());
}

TEST_CASE(
    "abuse: a refusal holds the connection for a second, so that each is answered and none hurts") {
  abuse_limits a = nothing();
  a.repeats = {1, 60s};
  abuse_world w(a);
  person& alice = w.come("alice");
  CHECK(w.refusal_of(alice, "spam").empty());
  CHECK_FALSE(alice.ear.held);
  CHECK_FALSE(w.refusal_of(alice, "spam").empty());
  CHECK(alice.ear.held);
  w.time.advance(999ms);
  CHECK(alice.ear.held);
  w.time.advance(1ms);
  CHECK_FALSE(alice.ear.held);
}

TEST_CASE("abuse: a message names so many members of the room, and others do not count") {
  abuse_limits a = nothing();
  a.mentions = 2;
  abuse_world w(a);
  person& alice = w.come("alice");
  w.come("bob");
  w.come("carol");
  w.come("dave");
  w.come("elsewhere", "den");
  CHECK(
      w.refusal_of(alice, "bob, carol: elsewhere is nobody here, bob bob bob carol alice").empty());
  CHECK(w.refusal_of(alice, "hi bob carol (dave)") ==
        "this names more than 2 members, which is the most for a message; leave some out");
  CHECK(w.refusal_of(alice, "/me greets bob,carol,dave").starts_with("this names more than 2"));
  CHECK(w.refusal_of(alice, "hi bob").empty());
  w.come("Юля");
  w.come("山田");
  CHECK(w.refusal_of(alice, "hi «ЮЛЯ»—bob…山田").starts_with("this names more than 2"));
  CHECK(w.refusal_of(alice, "hi Юлята bob山田 山田").empty());
}

TEST_CASE("abuse: one writes to so many members, and to the same ones as often as one likes") {
  abuse_limits a = nothing();
  a.receivers = {2, 60s};
  abuse_world w(a);
  person& alice = w.come("alice");
  for (const char* name : {"bob", "carol", "dave"})
    w.come(name);
  CHECK(w.refusal_of(alice, "/msg bob 1").empty());
  CHECK(w.refusal_of(alice, "/msg carol 1").empty());
  CHECK(w.refusal_of(alice, "/msg dave 1") ==
        "you have written to 2 members in 1 min; you may write to another one in 29 s");
  CHECK(w.refusal_of(alice, "/msg bob 2").empty());
  w.time.advance(30s);
  CHECK(w.refusal_of(alice, "/msg dave 1").empty());
}

TEST_CASE("abuse: an account is one receiver, here or away, by /msg and in the room of the two") {
  abuse_limits a = nothing();
  a.receivers = {2, 60s};
  held_to<direct_world> w(a);
  person& alice = w.device("alice");
  w.device("bob");
  w.device("dave");
  person& carol = w.device("carol");
  w.hub.leave(*carol.self);
  CHECK(w.refusal_of(alice, "/msg Bob 1").empty());
  w.hub.join(*alice.self, "@bob", "").value();
  w.run();
  CHECK(w.refusal_of(alice, "2", "@bob").empty());
  CHECK(w.refusal_of(alice, "/msg carol 1").empty());
  CHECK(w.refusal_of(alice, "/msg dave 1").starts_with("you have written to 2 members in 1 min"));
  CHECK(w.refusal_of(alice, "3", "@bob").empty());
}

TEST_CASE("abuse: a guest says less in the first minutes, and an account does not") {
  abuse_limits a = nothing();
  a.newcomer_time = 5min;
  a.newcomer_messages = {2, 60s};
  abuse_world w(a);
  person& alice = w.come("alice");
  person& known = w.known("karl");
  for (int i = 0; i < 5; ++i)
    CHECK(w.refusal_of(known, "line " + std::to_string(i)).empty());
  CHECK(w.refusal_of(alice, "one").empty());
  CHECK(w.refusal_of(alice, "two").empty());
  CHECK(w.refusal_of(alice, "three") ==
        "guests may say 2 things in 1 min in their first 5 min; try again in 29 s");
  w.time.advance(5min);
  for (int i = 0; i < 5; ++i)
    CHECK(w.refusal_of(alice, "later " + std::to_string(i)).empty());
}

TEST_CASE(
    "abuse: an address has so many new names, by /nick and by coming in, and others have theirs") {
  abuse_limits a = nothing();
  a.names = {3, 60s};
  abuse_world w(a);
  const auto enter = [&](const std::string& name, int host) {
    person& p = w.people.emplace_back();
    login l{w.new_identity(), name, true, true};
    l.host = address(host);
    auto in = w.hub.enter(p.ear, l);
    if (in) p.self = *in;
    return in ? std::string() : in.error().message;
  };
  CHECK(enter("a1", 7).empty());
  person& first = w.people.back();
  CHECK(w.refusal_of(first, "/nick a2").empty());
  CHECK(enter("a3", 7).empty());
  CHECK(enter("a4", 7) == "your address has had 3 names in 1 min; the next one may come in 20 s");
  CHECK(w.refusal_of(first, "/nick a5").starts_with("your address has had 3 names"));
  CHECK(enter("b1", 8).empty());
  w.time.advance(20s);
  CHECK(enter("a4", 7).empty());
}

TEST_CASE("abuse: 0 switches each setting off") {
  abuse_world w(nothing());
  person& alice = w.come("alice");
  for (const char* name : {"b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"})
    w.come(name);
  for (int i = 0; i < 100; ++i)
    REQUIRE(w.refusal_of(alice, "b c d e f g h i j k l m").empty());
  for (const char* name : {"b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"})
    REQUIRE(w.refusal_of(alice, std::string("/msg ") + name + " hello").empty());
  for (int i = 0; i < 100; ++i)
    REQUIRE(w.refusal_of(alice, "/nick n" + std::to_string(i)).empty());
}

TEST_CASE("abuse: operators of the server and of the room are not held to it") {
  abuse_limits a = nothing();
  a.repeats = {1, 60s};
  abuse_world w(a);
  person& op = w.known("olga", role::op);
  w.come("anna", "den"); // so it is not the owner's
  person& owner = w.known("otto", role::member, "den");
  for (int i = 0; i < 5; ++i)
    CHECK(w.refusal_of(op, "please calm down").empty());
  w.hub.join(*owner.self, "own", "").value();
  w.run();
  CHECK(w.refusal_of(owner, "first word", "own").empty()); // the room is theirs from here on
  for (int i = 0; i < 5; ++i)
    CHECK(w.refusal_of(owner, "rules of this room", "own").empty());
  CHECK(w.refusal_of(owner, "hello", "den").empty());
  CHECK(w.refusal_of(owner, "hello", "den").starts_with("you have said this once in 1 min"));
}

TEST_CASE("abuse: operators are told once, and then once a minute how often") {
  abuse_limits a = nothing();
  a.repeats = {1, 60s};
  abuse_world w(a);
  person& alice = w.come("alice");
  for (int i = 0; i < 4; ++i)
    w.refusal_of(alice, "spam");
  CHECK(w.alarms() == heard{"alice (192.0.2.1) says the same again and again"});
  w.time.advance(1min);
  CHECK(w.alarms() == heard{"alice (192.0.2.1) says the same again and again",
                            "alice (192.0.2.1) says the same again and again: 2 more times in a "
                            "minute"});
  w.time.advance(10min);
  CHECK(w.alarms().size() == 2);
  CHECK(w.time.next_due() == std::nullopt);
}

TEST_CASE("abuse: the room of the alarms is for operators of the server, and nobody speaks in it") {
  abuse_world w(nothing());
  person& alice = w.come("alice");
  person& op = w.known("olga", role::op);
  CHECK(w.refusal_of(alice, "/join alarms") == "alarms is for the operators of the server");
  CHECK(w.refusal_of(op, "/join alarms").empty());
  CHECK_FALSE(w.refusal_of(op, "hello", "alarms").empty());
  w.hub.alarm("somebody is at the door");
  w.run();
  CHECK(op.ear.last<entry>().text == "somebody is at the door");
}

TEST_CASE("abuse: edits, topics and reactions are things that are said") {
  abuse_limits a = nothing();
  a.repeats = {1, 60s};
  a.newcomer_messages = {8, 600s};
  a.newcomer_time = 1h;
  abuse_world w(a);
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  CHECK(w.refusal_of(bob, "one").empty());
  CHECK(w.refusal_of(bob, "two").empty());
  CHECK(w.refusal_of(alice, "three").empty());
  CHECK(w.refusal_of(alice, "/edit buy this").empty());
  CHECK(w.refusal_of(alice, "buy this").starts_with("you have said this once"));
  CHECK(w.refusal_of(alice, "/topic buy this").starts_with("you have said this once"));
  CHECK(w.refusal_of(alice, "/react @1 +").empty());
  CHECK(w.refusal_of(alice, "/react @2 +").empty()); // it is another one
  CHECK(w.refusal_of(alice, "/react @1 +").starts_with("you have said this once"));
  for (const char* line : {"/topic tea", "/edit four", "/react @1 -", "five"})
    CHECK(w.refusal_of(alice, line).empty());
  for (const char* line : {"/topic cake", "/edit six", "/react @2 -", "seven"})
    CHECK(w.refusal_of(alice, line).starts_with("guests may say 8 things"));
}

TEST_CASE("abuse: an invitation counts as a message to one more") {
  abuse_limits a = nothing();
  a.receivers = {1, 60s};
  abuse_world w(a);
  person& ann = w.known("ann");
  person& bob = w.known("bob");
  person& carl = w.known("carl");
  w.say(ann, "/join den");
  CHECK(w.refusal_of(ann, "/invite bob", "den").empty());
  CHECK(w.refusal_of(ann, "/invite carl", "den").starts_with("you have written to 1 members"));
  CHECK(w.refusal_of(ann, "/msg bob come").empty());
  CHECK(bob.self != carl.self);
}
