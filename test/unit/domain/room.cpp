// A room is a log: the way from a message to the members who receive it.

#include "domain/room.hpp"

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::as_page;
using test::domain_world;
using test::heard;
using test::person;

TEST_CASE("C27: a new member is told the state of the room, all others that a member came") {
  domain_world w;
  person& alice = w.enter("alice");
  w.hub.join(*alice.self, "lobby", "r1").value();
  CHECK(alice.news() == heard{"lobby +alice"}); // the log has not answered yet
  w.run();
  CHECK(alice.news() == heard{"state[r1] lobby head 0 topic '' members alice"});
  person& bob = w.enter("bob");
  w.hub.join(*bob.self, "lobby", "r2").value();
  CHECK(bob.news() == heard{"state[r2] lobby head 0 topic '' members alice bob", "lobby +bob"});
  CHECK(alice.news() == heard{"lobby +bob"});
}

TEST_CASE("C11: nobody is told before the journal has answered, then everybody but the sender") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  person& carol = w.in("carol");
  w.settle();
  w.send(alice, "hello", "m1");
  CHECK(alice.news().empty());
  CHECK(bob.news().empty());
  w.run();
  CHECK(alice.news() == heard{"ack m1 lobby@1"});
  CHECK(bob.news() == heard{"lobby@1 alice: hello"});
  CHECK(carol.news() == heard{"lobby@1 alice: hello"});
}

TEST_CASE("events and acknowledgements come in the order of the log") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  person& carol = w.in("carol");
  w.settle();
  for (int i = 0; i < 3; ++i) {
    w.send(alice, "a", "a" + std::to_string(i));
    w.send(bob, "b", "b" + std::to_string(i));
  }
  w.run();
  CHECK(alice.news() == heard{"ack a0 lobby@1", "lobby@2 bob: b", "ack a1 lobby@3",
                              "lobby@4 bob: b", "ack a2 lobby@5", "lobby@6 bob: b"});
  CHECK(bob.news() == heard{"lobby@1 alice: a", "ack b0 lobby@2", "lobby@3 alice: a",
                            "ack b1 lobby@4", "lobby@5 alice: a", "ack b2 lobby@6"});
  CHECK(carol.news() == heard{"lobby@1 alice: a", "lobby@2 bob: b", "lobby@3 alice: a",
                              "lobby@4 bob: b", "lobby@5 alice: a", "lobby@6 bob: b"});
}

TEST_CASE("the position in an acknowledgement is the position of the entry") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.send(alice, "hello", "m1");
  w.run();
  const auto ack = alice.ear.last<acknowledged>();
  const auto told = bob.ear.last<entry>();
  CHECK(ack.at == told.at);
  CHECK(ack.time == told.time);
  CHECK(ack.at.epoch == 7);
  CHECK(told.time == w.clock.wall_now());
}

TEST_CASE("a member who asks for no acknowledgement gets none") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "hello");
  w.run();
  CHECK(alice.news().empty());
  w.type(alice, "/me waves", {}, "r1"); // a ref serves as an id
  w.run();
  CHECK(alice.news() == heard{"ack r1 lobby@2"});
}

TEST_CASE("a repeated id gets the first answer again, and nobody hears it twice") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.send(alice, "hello", "m1");
  w.send(alice, "hello", "m1");
  w.send(bob, "my own", "m1"); // ids belong to their author
  w.run();
  w.send(alice, "hello", "m1");
  w.run();
  CHECK(alice.news() == heard{"ack m1 lobby@1", "ack again m1 lobby@1", "lobby@2 bob: my own",
                              "ack again m1 lobby@1"});
  CHECK(bob.news() == heard{"lobby@1 alice: hello", "ack m1 lobby@2"});
  CHECK(w.counters.entries == 2);
}

TEST_CASE("the state of a room comes before any entry, though both wait for the journal") {
  domain_world w;
  person& alice = w.enter("alice");
  person& bob = w.enter("bob");
  w.hub.join(*alice.self, "lobby", "a").value();
  w.send(alice, "early", "m1");
  w.hub.join(*bob.self, "lobby", "b").value();
  w.run();
  CHECK(alice.news() == heard{"lobby +alice", "lobby +bob",
                              "state[a] lobby head 0 topic '' members alice bob",
                              "ack m1 lobby@1"});
  CHECK(bob.news() == heard{"lobby +bob", "state[b] lobby head 0 topic '' members alice bob",
                            "lobby@1 alice: early"});
}

TEST_CASE("the head told on joining and the entries after it leave no gap") {
  domain_world w;
  person& alice = w.in("alice");
  w.send(alice, "one", "m1");
  w.send(alice, "two", "m2");
  person& bob = w.enter("bob");
  w.hub.join(*bob.self, "lobby", "").value(); // while both are under way
  w.run();
  CHECK(bob.news() == heard{"state[] lobby head 0 topic '' members alice bob", "lobby +bob",
                            "lobby@1 alice: one", "lobby@2 alice: two"});
}

TEST_CASE("a member who leaves with a message under way is acknowledged, the others hear it") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.send(alice, "last words", "m1");
  w.hub.part(*alice.self, "lobby").value();
  w.run();
  CHECK(alice.news() == heard{"ack m1 lobby@1"});
  CHECK(bob.news() == heard{"lobby -alice", "lobby@1 alice: last words"});
}

TEST_CASE("C16: a member gone with a message under way hurts nobody, the others hear it") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.send(alice, "last words", "m1");
  w.leave(alice);
  w.run();
  CHECK(bob.news() == heard{"lobby -alice", "lobby@1 alice: last words"});
  CHECK(alice.news().empty());
}

TEST_CASE("an empty room that something is under way in is kept until that is done") {
  domain_world w;
  person& alice = w.in("alice");
  w.send(alice, "last words", "m1");
  w.leave(alice);
  CHECK(w.hub.rooms().empty());
  person& bob = w.enter("bob");
  w.hub.join(*bob.self, "lobby", "r").value(); // a room anew, over the same log
  w.run();
  CHECK(bob.news() == heard{"lobby +bob", "state[r] lobby head 1 topic '' members bob"});
  w.hub.room_of(*bob.self, "lobby")
      .value()
      ->read_history(*bob.self, {log_range::side::after, {7, 0}, 10}, "h", as_page);
  w.run();
  CHECK(bob.news() == heard{"page[h] lobby: 1"});
}

TEST_CASE("a member who leaves before the log has answered is told that, and no state") {
  domain_world w;
  person& alice = w.enter("alice");
  w.hub.join(*alice.self, "den", "r").value();
  w.hub.part(*alice.self, "den").value();
  w.run();
  CHECK(alice.news() ==
        heard{"den +alice", "refused[r] not_in_room: you left den before it was ready"});
  person& bob = w.enter("bob");
  w.hub.join(*bob.self, "den", "r").value();
  w.leave(bob);
  w.run();
  CHECK(bob.news() == heard{"den +bob"});
}

TEST_CASE(
    "leaving and joining again before the log has answered begins once, where the last join said") {
  domain_world w;
  w.given.join_history = 10;
  person& alice = w.in("alice", "den");
  w.send(alice, "one", "m1", "den");
  w.send(alice, "two", "m2", "den");
  w.run();
  w.leave(alice);
  w.settle();
  person& carol = w.enter("carol"); // without her the room would be made anew
  w.hub.join(*carol.self, "den", "c", {{}, 0}).value();
  person& bob = w.enter("bob");
  w.hub.join(*bob.self, "den", "b1", {{}, 0}).value();
  w.hub.part(*bob.self, "den").value();
  w.hub.join(*bob.self, "den", "b2", {{}, 1}).value();
  w.run();
  CHECK(bob.news() == heard{"den +bob", "den +bob",
                            "refused[b1] not_in_room: you left den before it was ready",
                            "state[b2] den head 2 topic '' members bob carol", "den@2 alice: two"});
}

TEST_CASE("history answers in pages, after a position, to the asker alone") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  for (int i = 0; i < 5; ++i)
    w.type(alice, "line");
  w.settle();
  room& r = *w.hub.room_of(*bob.self, "").value();
  r.read_history(*bob.self, {log_range::side::after, {7, 0}, 2}, "h1", as_page);
  r.read_history(*bob.self, {log_range::side::after, {7, 2}, 2}, "h2", as_page);
  r.read_history(*bob.self, {log_range::side::after, {7, 4}, 2}, "h3", as_page);
  r.read_history(*bob.self, {log_range::side::after, {7, 5}, 2}, "h4", as_page);
  r.read_history(*bob.self, {log_range::side::after, {1, 999}, 1}, "h5",
                 as_page); // of another epoch: from the beginning
  CHECK(bob.news().empty());
  w.run();
  CHECK(bob.news() == heard{"page[h1] lobby: 1 2 more", "page[h2] lobby: 3 4 more",
                            "page[h3] lobby: 5", "page[h4] lobby:", "page[h5] lobby: 1 more"});
  CHECK(alice.news().empty());
  r.read_history(*bob.self, {log_range::side::after, {7, 0}, 2}, "gone", as_page);
  w.leave(bob);
  w.run();
  CHECK(bob.news().empty());
}

TEST_CASE("joins and leaves are announced in rooms up to a size, entries always") {
  limits l;
  l.presence_members = 3;
  domain_world w(l);
  person& a = w.in("a");
  w.in("b");
  w.settle();
  person& c = w.enter("c");
  w.hub.join(*c.self, "lobby", "").value();
  CHECK(a.news() == heard{"lobby +c"}); // three
  person& d = w.enter("d");
  w.hub.join(*d.self, "lobby", "").value();
  CHECK(a.news().empty()); // four
  CHECK(d.news() == heard{"state[] lobby head 0 topic '' members a b c d", "lobby +d"});
  w.type(d, "hello");
  w.run();
  CHECK(a.news() == heard{"lobby@1 d: hello"});
  w.leave(d);
  CHECK(a.news().empty()); // there were four
  w.leave(c);
  CHECK(a.news() == heard{"lobby -c"}); // there were three
}

TEST_CASE("an event of many receivers is one object") {
  domain_world w;
  struct keeping final : sink {
    backpressure deliver(const shared_event& e) override {
      last = e;
      return backpressure::ready;
    }
    bool full() const noexcept override { return false; }
    void hold(bool) override {}
    void wind_down(const close_reason&) override {}
    void close(close_reason) override {}
    answers::protection protection() const override { return {}; }
    shared_event last;
  } one, two;
  person& alice = w.in("alice");
  for (auto [ear, name] : {std::pair{&one, "one"}, std::pair{&two, "two"}}) {
    endpoint* m = w.hub.enter(*ear, {w.new_identity(), name, true}).value();
    w.hub.join(*m, "lobby", "").value();
  }
  w.type(alice, "hello");
  w.run();
  REQUIRE(one.last);
  CHECK(one.last == two.last);
  w.leave(alice);
}

TEST_CASE("C12: where a message comes from is told as it is said, and is in no log") {
  domain_world w{limits()};
  person& bob = w.in("bob");
  person& alice = w.people.emplace_back();
  alice.self =
      w.hub.enter(alice.ear, {w.new_identity(), "alice", true, true, "192.0.2.7:40000"}).value();
  w.hub.join(*alice.self, "lobby", "").value();
  w.settle();
  w.type(alice, "hello");
  w.type(bob, "hello, too");
  w.run();
  const auto told = bob.ear.all<entry>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].address == "192.0.2.7:40000");
  CHECK(alice.ear.last<entry>().address.empty()); // bob's is not to be seen
  person& carol = w.enter("carol");
  w.hub.join(*carol.self, "lobby", "").value();
  w.run();
  REQUIRE(carol.ear.all<entry>().size() == 2);
  for (const entry& e : carol.ear.all<entry>())
    CHECK(e.address.empty());
}
