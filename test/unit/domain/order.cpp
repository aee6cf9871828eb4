// Requests of one member are carried out in their order, all of them before they leave, and no more
// of them wait for the disk than a bound allows.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using test::as_page;
using test::domain_world;
using test::heard;
using test::person;

namespace {

void ask_newest(domain_world& w, person& p, std::size_t entries, const std::string& ref) {
  w.hub.room_of(*p.self, "lobby")
      .value()
      ->read_history(*p.self, {log_range::side::before, {}, entries}, ref, as_page);
}

} // namespace

TEST_CASE("what cannot be read is refused in its turn, behind the answers to what came before it") {
  domain_world w;
  person& alice = w.in("alice");
  w.send(alice, "one", "m1");
  w.hub.dispatch(*alice.self, {{}, "r", requests::unreadable{fail(errc::unknown_type, "what?")}});
  w.send(alice, "two", "m2");
  w.run();
  CHECK(alice.news() ==
        heard{"ack m1 lobby@1", "refused[r] unknown_type: what?", "ack m2 lobby@2"});
}

TEST_CASE("what changes a member or a room does not overtake what the member has said") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.log.stopped = true;
  w.send(alice, "first", "m1");
  w.type(alice, "/nick ada", {}, "n");
  w.send(alice, "second", "m2");
  w.type(alice, "/leave", {}, "l");
  w.run();
  CHECK(alice.ear.held);
  CHECK(alice.news().empty());
  CHECK(bob.news().empty());
  w.log.go();
  w.run();
  CHECK(bob.news() ==
        heard{"lobby@1 alice: first", "lobby alice>ada", "lobby@2 ada: second", "lobby -ada"});
  CHECK(alice.news() == heard{"ack m1 lobby@1", "lobby alice>ada", "reply[n] nick: ada",
                              "ack m2 lobby@2", "reply[l] leave: lobby"});
  CHECK_FALSE(alice.ear.held);
}

TEST_CASE("what is answered at once waits for what is answered later") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  for (const std::string line : {"/msg bob psst", "/who", "/rooms", "/help", "/tls", "/topic"}) {
    w.send(alice, "said", "m" + line);
    w.type(alice, line);
    CHECK(alice.news().empty());
    CHECK(bob.news().empty());
    w.run();
    CHECK(alice.news().front().starts_with("ack m/"));
    CHECK(bob.news().front().ends_with("alice: said"));
  }
  w.type(alice, "/search said", {}, "s");
  w.type(alice, "/who", {}, "w");
  w.run();
  CHECK(alice.news() == heard{"reply[s] search: ", "reply[w] who: alice bob"});
  w.type(alice, "/topic tea");
  w.type(alice, "/topic", {}, "t");
  w.run();
  CHECK(alice.news() == heard{"lobby@7 alice= tea", "reply[t] topic: tea"});
}

TEST_CASE("what is said goes on without waiting, and what only reads as well") {
  domain_world w;
  person& alice = w.in("alice");
  w.log.stopped = true;
  for (int n = 0; n < 100; ++n)
    w.type(alice, "line");
  w.type(alice, "/history");
  w.type(alice, "/search line");
  w.type(alice, "/me waves");
  CHECK(w.log.waiting() == 102); // of what one reads, one thing at a time is asked of it
  CHECK_FALSE(alice.ear.held);
}

TEST_CASE("a room is joined behind what was said, and many rooms are opened together") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob", "den");
  w.settle();
  w.send(alice, "before", "m1");
  w.type(alice, "/join den", {}, "j");
  CHECK(bob.news().empty());
  w.run();
  CHECK(alice.news().front() == "ack m1 lobby@1");
  CHECK(bob.news() == heard{"den +alice"});
  w.log.stopped = true;
  for (int n = 0; n < 20; ++n)
    w.type(alice, fmt::format("/join room-{}", n));
  CHECK(w.log.waiting() == 20);
}

TEST_CASE("a request behind a message that is not kept is carried out all the same") {
  domain_world w;
  person& alice = w.in("alice");
  w.log.broken = fail(errc::storage_failed, "the disk is full");
  w.send(alice, "lost", "m1");
  w.type(alice, "/nick ada", {}, "n");
  w.run();
  CHECK(alice.news() == heard{"refused[m1] storage_failed: the disk is full", "lobby alice>ada",
                              "reply[n] nick: ada"});
}

TEST_CASE("what waits of a member who has come in over another connection is not carried out") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(alice, "last words");
  w.type(alice, "/join den");
  person again;
  again.self = w.hub.enter(again.ear, {alice.self->who(), "alice", true, true}).value();
  w.run();
  CHECK(alice.self->memberships().empty());
  CHECK(w.hub.rooms().size() == 1);
  CHECK(bob.news() == heard{"lobby -alice", "lobby@1 alice: last words"});
  w.hub.leave(*again.self);
}

TEST_CASE("a member who quits is closed when all their requests are answered") {
  domain_world w{limits()};
  person& alice = w.in("alice");
  w.type(alice, "earlier");
  w.settle();
  w.log.stopped = true;
  w.send(alice, "last words", "m1");
  w.type(alice, "/history", {}, "h");
  w.type(alice, "/search words", {}, "s");
  w.type(alice, "/quit");
  REQUIRE(alice.ear.winds_down);
  CHECK(alice.ear.winds_down->code == close_code::quit);
  w.run();
  CHECK_FALSE(alice.ear.closed);
  w.log.go();
  w.run();
  CHECK(alice.news() == heard{"ack m1 lobby@2", "reply[h] history: ", "reply[s] search: "});
  CHECK(alice.ear.closed == close_reason{close_code::quit, "goodbye"});
}

TEST_CASE("a member who joins and quits gets the room's state and the entries that it gives before "
          "the end") {
  domain_world w{limits()};
  person& alice = w.in("alice");
  w.type(alice, "earlier");
  w.leave(alice);
  w.settle();
  w.log.stopped = true;
  person& bob = w.enter("bob");
  w.hub.join(*bob.self, "lobby", "j").value();
  w.hub.quit(*bob.self, {close_code::connection_lost, "closed by the peer"});
  while (w.log.waiting() > 0) {
    CHECK_FALSE(bob.ear.closed);
    w.log.go();
    w.log.stopped = true;
    w.run();
  }
  CHECK(bob.news() == heard{"lobby +bob", "state[j] lobby head 1 topic '' members bob",
                            "lobby@1 alice: earlier"});
  CHECK(bob.ear.closed);
}

TEST_CASE("a member who quits while nothing is under way is closed at once") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/quit");
  CHECK(alice.ear.closed == close_reason{close_code::quit, "goodbye"});
}

TEST_CASE(
    "while the disk stands still no more than a bound waits for it, whatever one member does") {
  domain_world w;
  person& alice = w.in("alice");
  const auto flood = [&](std::size_t bound, const auto& ask) {
    w.log.stopped = true;
    std::size_t n = 0;
    for (; n < 20'000 && !alice.ear.held; ++n)
      ask(n);
    CHECK(alice.ear.held);
    w.run();
    CHECK(w.log.waiting() <= bound);
    w.log.go();
    w.run();
    CHECK_FALSE(alice.ear.held); // and goes on when it is done
  };
  SECTION("renames") {
    flood(64, [&](std::size_t n) { w.type(alice, fmt::format("/nick a{}", n)); });
  }
  SECTION("rooms joined and left") {
    flood(64, [&](std::size_t n) {
      w.type(alice, n % 2 == 0 ? "/join den" : "/leave den");
      w.clock.advance(std::chrono::seconds(1));
    });
  }
  SECTION("rooms that others are in, with their entries, joined and left") {
    w.given.join_history = 50;
    person& bob = w.in("bob", "den");
    w.type(bob, "hello", "den");
    w.run();
    flood(128, [&](std::size_t n) { w.type(alice, n % 2 == 0 ? "/join den" : "/leave den"); });
  }
  SECTION("many rooms joined") {
    flood(64, [&](std::size_t n) { w.type(alice, fmt::format("/join room-{}", n)); });
  }
  SECTION("searches") {
    flood(64, [&](std::size_t) { w.type(alice, "/search x"); });
  }
  SECTION("pages") {
    flood(64, [&](std::size_t) { w.type(alice, "/history"); });
  }
  SECTION("messages") {
    flood(w.given.posts_under_way, [&](std::size_t) { w.type(alice, "x"); });
  }
  SECTION("topics") {
    flood(w.given.posts_under_way, [&](std::size_t) { w.type(alice, "/topic x"); });
  }
}

TEST_CASE("while the disk stands still those who come and go are bounded all together") {
  domain_world w;
  w.log.stopped = true;
  test::recording_sink ear;
  std::size_t came = 0;
  for (; came < 200'000; ++came) {
    const auto in = w.hub.enter(ear, {w.new_identity(), fmt::format("n{}", came), true, true});
    if (!in) {
      CHECK(in.error().code == errc::storage_failed);
      break;
    }
    w.hub.leave(**in);
  }
  CHECK(w.log.waiting() <= 100'002);
  w.log.go();
  w.run();
  w.hub.leave(*w.hub.enter(ear, {w.new_identity(), "late", true, true}).value());
}

TEST_CASE("a page of the newest entries ends where the member's events stand") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  for (int n = 0; n < 5; ++n)
    w.type(alice, "line");
  w.settle();
  SECTION("though it was read before the journal said that it had stored something") {
    w.log.slow_appends = true;
    w.type(alice, "six");
    ask_newest(w, bob, 3, "h");
    w.type(alice, "seven");
    w.run();
    CHECK(bob.news() ==
          heard{"lobby@6 alice: six", "page[h] lobby: 4 5 6", "lobby@7 alice: seven"});
  }
  SECTION("though more was stored before its answer came") {
    w.log.slow_reads = true;
    ask_newest(w, bob, 3, "h");
    w.type(alice, "six");
    w.type(alice, "seven");
    w.run();
    CHECK(bob.news() ==
          heard{"lobby@6 alice: six", "lobby@7 alice: seven", "page[h] lobby: 5 6 7"});
  }
  SECTION("though the member does not keep up") {
    bob.ear.room_for = 1;
    w.type(alice, "six");
    w.type(alice, "seven");
    w.log.slow_reads = true;
    ask_newest(w, bob, 3, "h");
    w.run();
    CHECK(bob.news() ==
          heard{"lobby@6 alice: six", "lobby@7 alice: seven", "page[h] lobby: 5 6 7"});
    w.type(alice, "eight");
    w.run();
    CHECK(bob.news().empty());
    ask_newest(w, bob, 3, "h2");
    w.run();
    CHECK(bob.news() == heard{"page[h2] lobby: 5 6 7 more"});
    bob.ear.room_for = 100;
    hub::ready(*bob.self);
    w.run();
    CHECK(bob.news() == heard{"lobby@8 alice: eight"});
  }
  SECTION("in an empty log as well") {
    person& carol = w.in("carol", "den");
    w.log.slow_reads = true;
    w.hub.room_of(*carol.self, "den")
        .value()
        ->read_history(*carol.self, {log_range::side::before, {}, 3}, "h", as_page);
    w.type(carol, "one", "den");
    w.run();
    CHECK(carol.ear.last<history_page>().entries.size() == 1);
  }
}

TEST_CASE("no page has what is told only after it") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.type(alice, "one");
  w.settle();
  w.log.slow_appends = true;
  w.type(alice, "two");
  w.hub.room_of(*bob.self, "lobby")
      .value()
      ->read_history(*bob.self, {log_range::side::after, {7, 0}, 10}, "h", as_page);
  w.type(alice, "three");
  w.run();
  CHECK(bob.news() == heard{"lobby@2 alice: two", "page[h] lobby: 1 2", "lobby@3 alice: three"});
}

TEST_CASE("a page that waits for a room's head is given when the room is left") {
  domain_world w;
  person& alice = w.in("alice");
  w.log.slow_appends = true;
  w.type(alice, "one");
  ask_newest(w, alice, 3, "h");
  const auto room = w.hub.room_of(*alice.self, "lobby").value();
  w.hub.part(*alice.self, "lobby").value();
  w.run();
  CHECK(alice.ear.all<history_page>().size() == 1);
  (void)room;
}

TEST_CASE("a member who joins and leaves again and again is listened to in the end") {
  domain_world w;
  person& alice = w.in("alice");
  w.hub.join(*alice.self, "den", "").value();
  w.send(alice, "said", "m", "den");
  w.run();
  w.type(alice, "/leave", "den");
  w.run();
  w.log.slow_reads = true;
  for (int n = 0; n < 100; ++n) {
    // The room goes before the page comes that was asked for on joining.
    w.hub.join(*alice.self, "den", "", {position{}, {}}).value();
    w.type(alice, "/leave", "den");
    w.run();
    w.clock.advance(std::chrono::seconds(2));
  }
  CHECK_FALSE(alice.ear.held);
  alice.news();
  w.type(alice, "/who");
  w.run();
  CHECK(alice.news() == heard{"reply[] who: alice"});
}
