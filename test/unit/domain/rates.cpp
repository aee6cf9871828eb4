// Members who ask for more than their rates allow: told, held for a while, and nothing is lost.
#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/world.hpp"

#include <algorithm>
#include <string>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

rate_limits none() {
  rate_limits r;
  r.messages = r.bytes = r.searches = r.history = r.joins = r.renames = r.registrations = {};
  r.times_per_address = 0;
  return r;
}

struct rated_world : domain_world {
  explicit rated_world(const rate_limits& rates) {
    run_time_limits l;
    l.rates = rates;
    l.abuse.when = rate_limits::use::never;
    hub.limit(l, time, true);
  }

  /// A member who comes from an address.
  person& from(const std::string& host, const std::string& name, role as = role::guest) {
    person& p = people.emplace_back();
    login l{new_identity(), name};
    l.host = host;
    l.as = as;
    p.self = hub.enter(p.ear, l).value();
    hub.join(*p.self, "lobby", "").value();
    settle();
    return p;
  }
  /// Says lines until the sink is held; how many.
  int says_until_held(person& p) {
    int said = 0;
    for (; !p.ear.held && said < 1000; ++said)
      type(p, "hello", "lobby");
    run();
    return said;
  }
  /// What the member was told that is nothing that was asked for.
  heard notices(person& p) {
    heard all;
    for (const reply& r : p.ear.all<reply>())
      if (r.ref.empty() && r.command.empty()) all.insert(all.end(), r.lines.begin(), r.lines.end());
    return all;
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
};

} // namespace

TEST_CASE(
    "who paces itself is told when to come back, alarms nobody, and leaves half of the rate") {
  rate_limits r = none();
  r.history = {4, 4s};
  rated_world w(r);
  person& alice = w.from("a", "alice");
  person& op = w.from("o", "op", role::owner);
  w.hub.join(*op.self, "alarms", "").value();
  w.settle();
  const auto export_refusal = [&] {
    alice.ear.events.clear();
    w.type(alice, "/export me", {}, "r");
    w.run();
    return alice.ear.last<refused>().message;
  };
  // It is charged before it is looked at.
  CHECK(export_refusal().starts_with("this is kept with an account"));
  CHECK(export_refusal().starts_with("this is kept with an account"));
  CHECK(export_refusal() == "you may have 4 pages of history in 4 s; try again in 1 s");
  CHECK_FALSE(alice.ear.held);
  w.type(alice, "/history 5", "lobby", "h");
  w.type(alice, "/history 5", "lobby", "h");
  w.run();
  CHECK_FALSE(alice.ear.held); // the other half
  CHECK(op.news().empty());
  w.time.advance(3s);
  CHECK(export_refusal().starts_with("this is kept with an account"));
}

TEST_CASE("a bucket gives what is in it, owes what was taken beyond, and fills as time goes by") {
  testing::manual_clock clock;
  const rate five{5, 10s};
  token_bucket b;
  CHECK(b.left(five, clock.now()) == 5);
  CHECK(b.wait_after(five, 5, clock.now()).count() == 0);
  CHECK(b.wait_after(five, 6, clock.now()) == 2s);
  b.take(five, 6, clock.now());
  CHECK(b.left(five, clock.now()) == 0);
  clock.advance(2s);
  CHECK(b.wait_after(five, 0, clock.now()).count() == 0);
  clock.advance(2s);
  CHECK(b.left(five, clock.now()) == 1);
  clock.advance(1h);
  CHECK(b.left(five, clock.now()) == 5); // and no more
  CHECK(b.is_full(five, clock.now()));
  b.take(rate{}, 1e9, clock.now());
  CHECK(b.wait_after(rate{}, 1e9, clock.now()).count() == 0); // no limit
}

TEST_CASE("rates: who says too much is held until nothing is owed, and every message is said") {
  rate_limits l = none();
  l.messages = {20, 4s};
  rated_world w(l);
  person& alice = w.from("", "alice");
  person& bob = w.from("", "bob");
  CHECK(w.says_until_held(alice) == 21);
  w.time.advance(199ms);
  CHECK(alice.ear.held);
  w.time.advance(1ms);
  CHECK_FALSE(alice.ear.held);
  CHECK(w.says_until_held(alice) == 1);
  CHECK(bob.ear.all<entry>().size() == 22);
  CHECK(alice.ear.all<refused>().empty());
  CHECK(w.counters.slowed_requests == 2);
  w.time.advance(4200ms);
  CHECK(w.says_until_held(alice) == 21); // lifted
  CHECK_FALSE(bob.ear.held);
}

TEST_CASE("rates: who is held is told once with how long to wait, and again after a minute") {
  rate_limits l = none();
  l.messages = {2, 10s};
  rated_world w(l);
  person& alice = w.from("", "alice");
  w.says_until_held(alice);
  w.time.advance(5s);
  w.says_until_held(alice);
  CHECK(w.notices(alice) ==
        heard{"more than 2 messages in 10 s: you are read more slowly, the next "
              "time in 5000 ms; nothing is lost"});
  w.time.advance(1min);
  w.says_until_held(alice);
  CHECK(w.notices(alice).size() == 2);
}

TEST_CASE("rates: what would have to wait for more than ten seconds is refused, with how long") {
  rate_limits l = none();
  l.renames = {2, 60s};
  rated_world w(l);
  person& alice = w.from("", "alice");
  w.type(alice, "/nick a1");
  w.type(alice, "/nick a2");
  w.type(alice, "/nick a3");
  w.run();
  CHECK(alice.self->name() == "a2");
  CHECK_FALSE(alice.ear.held);
  REQUIRE(alice.ear.all<refused>().size() == 1);
  CHECK(alice.ear.last<refused>().message == "you may have 2 new names in 60 s; try again in 30 s");
  CHECK(w.counters.rate_refusals == 1);
  w.time.advance(30s);
  w.type(alice, "/nick a3");
  w.run();
  CHECK(alice.self->name() == "a3");
}

TEST_CASE("rates: each kind of request has its own, and costs what its row says") {
  rate_limits l = none();
  l.messages = {4, 10s};
  l.searches = {1, 10s};
  l.history = {1, 10s};
  l.joins = {1, 10s};
  const auto held_after = [&](std::string_view line) {
    rated_world w(l);
    person& p = w.from("", "alice");
    int n = 0;
    for (; !p.ear.held && n < 10; ++n) {
      w.type(p, line, "lobby");
      w.run();
    }
    return n;
  };
  CHECK(held_after("hello") == 5);
  CHECK(held_after("/who") == 3); // 2 each
  CHECK(held_after("/search hello") == 2);
  CHECK(held_after("/history 5") == 2);
  CHECK(held_after("/join den") == 2);
  CHECK(held_after("/nonsense") == 5);
}

TEST_CASE("rates: the bytes of texts have one") {
  rate_limits l = none();
  l.bytes = {1000, 1s};
  rated_world w(l);
  person& alice = w.from("", "alice");
  w.type(alice, std::string(999, 'x'), "lobby");
  CHECK_FALSE(alice.ear.held);
  w.type(alice, "xx", "lobby");
  CHECK(alice.ear.held);
  w.time.advance(1ms);
  CHECK_FALSE(alice.ear.held);
}

TEST_CASE("rates: members of one address share what is so many times as much") {
  rate_limits l = none();
  l.messages = {2, 10s};
  l.times_per_address = 2;
  rated_world w(l);
  person& a = w.from("here", "a");
  person& b = w.from("here", "b");
  person& c = w.from("here", "c");
  person& other = w.from("there", "other");
  for (person* p : {&a, &b})
    for (int i = 0; i < 2; ++i)
      w.type(*p, "hello", "lobby");
  CHECK_FALSE((a.ear.held || b.ear.held));
  w.type(c, "hello", "lobby");
  CHECK(c.ear.held);
  CHECK(w.notices(c) ==
        heard{"too much comes from your address: you are read more slowly, the next "
              "time in 2500 ms; nothing is lost"});
  w.type(other, "hello", "lobby");
  CHECK_FALSE(other.ear.held);
  // Whoever goes and comes back meets what the address owes.
  w.leave(c);
  person& again = w.from("here", "again");
  w.type(again, "hello", "lobby");
  CHECK(again.ear.held);
}

TEST_CASE("rates: who is held may go, and the end of the time is met by nobody") {
  rate_limits l = none();
  l.messages = {1, 10s};
  rated_world w(l);
  person& alice = w.from("", "alice");
  w.says_until_held(alice);
  w.leave(alice);
  w.time.advance(1min);
  CHECK(w.time.next_due() == std::nullopt);
}

TEST_CASE("rates: without a limit nobody is held, and without any there is nothing to count") {
  rated_world w(none());
  person& alice = w.from("here", "alice");
  CHECK(w.says_until_held(alice) == 1000);
  CHECK(w.hub.limiter().rates()->describe(*alice.self).empty());
}

TEST_CASE("/limits tells what one has left, and an operator of the server who is held back") {
  rate_limits l = none();
  l.messages = {5, 10s};
  l.times_per_address = 3;
  rated_world w(l);
  w.admission = {"strangers: some"};
  person& alice = w.from("here", "alice");
  w.says_until_held(alice);
  person& bob = w.from("", "bob");
  const auto limits = [&](person& p) {
    w.type(p, "/limits");
    w.run();
    return p.ear.last<reply>().lines;
  };
  const heard own = limits(bob);
  REQUIRE(own.size() == 2);
  CHECK(own[0] == "5 messages in 10 s, 3 left"); // it costs as much as two
  CHECK(own[1] == "all members of an address together: 3 times as much");
  person& op = w.from("", "op", role::op);
  const heard all = limits(op);
  REQUIRE(all.size() > 5);
  CHECK(all[2] == "read more slowly now: 1: alice for 2000 ms (more than 5 messages in 10 s); "
                  "refused so far: 0 by rates, 0 by settings against abuse");
  CHECK(all[3] == "rooms of guests are not limited");
  CHECK(all[4] == "strangers: some");
  CHECK(all[5] == "rates = auto");
}

TEST_CASE("/limits says when there are none") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/limits");
  CHECK(alice.ear.last<reply>().lines.at(0).starts_with("no rates are on"));
}

TEST_CASE("rates: who keeps order is not slowed down by it, who may not is") {
  rate_limits l = none();
  l.messages = {4, 10s};
  rated_world w(l);
  person& op = w.from("", "op", role::op);
  person& guest = w.from("", "guest");
  for (int i = 0; i < 100; ++i) {
    w.type(op, "/mute mallory 1h", "lobby");
    w.type(guest, "/mute mallory 1h", "lobby");
  }
  w.run();
  CHECK_FALSE(op.ear.held);
  CHECK(op.ear.all<refused>().empty());
  CHECK(guest.ear.held);
}

TEST_CASE("accounts are made from an address at a rate of their own, however many members it has") {
  rate_limits l = none();
  l.registrations = {2, 1h};
  l.times_per_address = 8;
  rated_world w(l);
  const auto answer = [&](person& p) {
    w.settle();
    w.type(p, "/register correct-horse", {}, "r");
    w.run();
    const auto no = p.ear.last<refused>();
    return no.message.empty() ? p.ear.last<reply>().lines.front() : no.message;
  };
  // What makes no account counts as none.
  for (int n = 0; n < 3; ++n) {
    person& clumsy = w.from("one", "clumsy" + std::to_string(n));
    w.type(clumsy, "/register short", {}, "r");
    w.run();
  }
  CHECK(answer(w.from("one", "alice")) == "you are logged in as alice");
  CHECK(answer(w.from("one", "bob")) == "you are logged in as bob");
  person& carol = w.from("one", "carol");
  CHECK(answer(carol) == "many accounts were made from your address; try again in 1800 s");
  CHECK(answer(w.from("two", "dave")) == "you are logged in as dave");
  w.time.advance(30min);
  CHECK(answer(carol) == "you are logged in as carol");
}
