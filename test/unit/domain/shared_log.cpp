// Two hubs over one log, as two machines will be: what comes over one is told by the other.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::as_page;
using test::describe;
using test::domain_world;
using test::heard;
using test::person;

namespace {

struct two_hubs : domain_world {
  /// A member of the other hub who has heard everything about that.
  person& there(const std::string& name, const identity& who, const start_position& from = {}) {
    person& p = people.emplace_back();
    p.self = other.enter(p.ear, {who, name, true, true}).value();
    other.join(*p.self, "lobby", "", from).value();
    settle();
    return p;
  }
  void say(asio_chat::hub& where, person& p, std::string text, std::string id = {}) {
    where.dispatch(*p.self, {{}, id, requests::say{std::move(text), id}});
  }

  server_counters other_counters;
  asio_chat::hub other{{log, clock, given, other_counters, tasks.later(), "lobby"}};
};

} // namespace

TEST_CASE("members of two hubs over one log hear everything in one order, the senders their acks") {
  two_hubs w;
  person& alice = w.in("alice");
  person& bob = w.there("bob", w.new_identity());
  w.settle();
  w.say(w.hub, alice, "one", "m1");
  w.say(w.other, bob, "two", "b1");
  w.say(w.hub, alice, "three", "m2");
  CHECK(alice.news().empty());
  w.run();
  CHECK(alice.news() == heard{"ack m1 lobby@1", "lobby@2 bob: two", "ack m2 lobby@3"});
  CHECK(bob.news() == heard{"lobby@1 alice: one", "ack b1 lobby@2", "lobby@3 alice: three"});
}

TEST_CASE("C11: an entry is told to every connection but the one it came over") {
  two_hubs w;
  person& alice = w.in("alice");
  person& phone = w.there("alice", alice.self->who());
  w.settle();
  w.say(w.hub, alice, "hello", "m1");
  w.run();
  CHECK(alice.news() == heard{"ack m1 lobby@1"});
  CHECK(phone.news() == heard{"lobby@1 alice: hello"});
  // Sent again over the other one, whose answer was lost: the promise, and no second entry.
  w.say(w.other, phone, "hello", "m1");
  w.run();
  CHECK(phone.news() == heard{"ack again m1 lobby@1"});
  CHECK(alice.news().empty());
}

TEST_CASE("a topic that is set at the other hub is the room's, and told") {
  two_hubs w;
  person& alice = w.in("alice");
  person& bob = w.there("bob", w.new_identity());
  w.settle();
  w.other.dispatch(*bob.self, {{}, "t", requests::topic{"tea"}});
  w.run();
  CHECK(w.hub.room_of(*alice.self, "").value()->topic() == "tea");
  CHECK(alice.news() == heard{"lobby@1 bob= tea"});
}

TEST_CASE("who joins at one hub gets what was said at the other, without a seam") {
  two_hubs w;
  person& alice = w.in("alice");
  w.say(w.hub, alice, "one");
  w.run();
  w.log.slow_reads = true;
  person& bob = w.people.emplace_back();
  bob.self = w.other.enter(bob.ear, {w.new_identity(), "bob", true, true}).value();
  w.other.join(*bob.self, "lobby", "", {position{7, 0}, {}}).value();
  w.say(w.hub, alice, "two");
  w.say(w.hub, alice, "three");
  w.run();
  const auto said = bob.ear.all<entry>();
  REQUIRE(said.size() == 3);
  for (std::size_t n = 0; n < 3; ++n)
    CHECK(said[n].at.offset == n + 1);
}

TEST_CASE("a page has nothing of the other hub that is told only after it") {
  two_hubs w;
  person& alice = w.in("alice");
  person& bob = w.there("bob", w.new_identity());
  w.settle();
  w.log.slow_appends = true;
  w.say(w.hub, alice, "one");
  w.other.room_of(*bob.self, "")
      .value()
      ->read_history(*bob.self, {log_range::side::after, {7, 0}, 10}, "h", as_page);
  w.say(w.hub, alice, "two");
  w.run();
  CHECK(bob.news() == heard{"lobby@1 alice: one", "page[h] lobby: 1", "lobby@2 alice: two"});
}

TEST_CASE("a hub that is in a room no more is handed nothing of it, and takes it up again") {
  two_hubs w;
  person& alice = w.in("alice");
  person& bob = w.there("bob", w.new_identity());
  w.settle();
  w.other.part(*bob.self, "lobby").value();
  w.say(w.hub, alice, "unheard");
  w.run();
  CHECK(w.counters.entries == 1);
  CHECK(w.other_counters.entries == 0);
  w.other.join(*bob.self, "lobby", "j").value();
  w.settle();
  w.say(w.hub, alice, "heard");
  w.run();
  CHECK(bob.news() == heard{"lobby@2 alice: heard"});
  CHECK(w.other_counters.entries == 1);
}

TEST_CASE("what was said in a room that is empty when it is stored counts, and is acknowledged") {
  domain_world w;
  person& alice = w.in("alice");
  w.log.stopped = true;
  w.hub.room_of(*alice.self, "").value()->post(*alice.self, entry_kind::message, "last", "m1", "");
  w.hub.part(*alice.self, "lobby").value();
  w.hub.join(*alice.self, "lobby", "j").value(); // another room of the same name
  w.log.go();
  w.run();
  CHECK(w.counters.entries == 1);
  CHECK(alice.ear.all<acknowledged>().size() == 1);
  CHECK(alice.ear.last<room_state>().head.offset == 1);
  CHECK(alice.ear.all<entry>().empty());
  w.settle();
  w.send(alice, "next", "m2");
  w.run();
  CHECK(alice.news() == heard{"ack m2 lobby@2"});
}
