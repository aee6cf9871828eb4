#include "support/catch.hpp"
#include "unit/domain/reader_world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using namespace asio_chat::test;

TEST_CASE("a member who joins gets the last entries after the room's state, then what is live") {
  domain_world w{limits()};
  person& alice = w.in("alice");
  say(w, alice, 1, 10);
  person& bob = joins(w, "bob", {{}, 3});
  w.type(alice, "while the page is read");
  w.run();
  CHECK(told(bob) == from_to(8, 11));
  say(w, alice, 12, 13);
  CHECK(told(bob) == from_to(8, 13));
  const heard news = bob.news();
  REQUIRE_FALSE(news.empty());
  CHECK(news.front().starts_with("state[r]"));
}

TEST_CASE("a member who comes back gets what was missed, with no seam to what is live") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 2'500); // more than a page
  person& bob = joins(w, "bob", {position{7, 5}});
  for (int n = 2'501; n <= 2'600; ++n) {
    w.type(alice, fmt::format("line {}", n));
    if (n % 10 == 0) w.run();
  }
  w.run();
  CHECK(told(bob) == from_to(6, 2'600));
  CHECK(bob.ear.all<entries_missed>().empty());
}

TEST_CASE(
    "a full sink gets entries from the log when it is ready, and no news that can be missed") {
  domain_world w;
  person& alice = w.in("alice");
  person& slow = w.in("slow");
  slow.ear.room_for = 3;
  say(w, alice, 1, 500);
  CHECK(told(slow) == from_to(1, 3));
  joins(w, "carol", {});
  w.run();
  CHECK(slow.ear.all<member_joined>().empty());
  // A page at a time, while it is full again after each.
  std::size_t times = 0;
  while (told(slow).size() < 500 && ++times < 100) {
    slow.ear.room_for = slow.ear.events.size() + 10;
    hub::ready(*slow.self);
    w.type(alice, "more"); // the room goes on
    w.run();
  }
  slow.ear.room_for = ~std::size_t{0};
  hub::ready(*slow.self);
  w.run();
  say(w, alice, 1, 5);
  CHECK(told(slow) == from_to(1, w.memory_head("lobby")));
  joins(w, "dave", {});
  w.run();
  CHECK(slow.ear.last<member_joined>().name == "dave");
}

TEST_CASE("a member who lags is told what others said, and not their own entries") {
  domain_world w;
  person& alice = w.in("alice");
  person& slow = w.in("slow");
  slow.ear.room_for = 1;
  say(w, alice, 1, 3);
  w.send(slow, "mine", "id");
  say(w, alice, 5, 6);
  CHECK(slow.ear.last<acknowledged>().at == position{7, 4});
  slow.ear.room_for = ~std::size_t{0};
  hub::ready(*slow.self);
  w.run();
  CHECK(told(slow) == std::vector<std::uint64_t>{1, 2, 3, 5, 6});
}

TEST_CASE("pages of a visit that is over go to nobody") {
  domain_world w{limits()};
  person& alice = w.in("alice");
  say(w, alice, 1, 10);
  person& bob = joins(w, "bob", {{}, 5});
  // Left and in again before the page is there.
  w.hub.part(*bob.self, "lobby").value();
  w.hub.join(*bob.self, "lobby", "again", start_position{position{7, 8}}).value();
  w.run();
  CHECK(told(bob) == from_to(9, 10));
  person& gone = joins(w, "gone", {{}, 5});
  w.leave(gone);
  w.run();
  say(w, alice, 11, 11);
  CHECK(told(bob) == from_to(9, 11));
}

TEST_CASE("a member who cannot be fed is told to come back") {
  domain_world w{limits()};
  person& alice = w.in("alice");
  say(w, alice, 1, 10);
  person& bob = joins(w, "bob", {{}, 5});
  w.run();
  bob.ear.events.clear();
  bob.ear.room_for = 1;
  say(w, alice, 11, 12);
  w.log.broken = fail(errc::storage_failed, "no disk");
  bob.ear.room_for = 10;
  hub::ready(*bob.self);
  w.run();
  REQUIRE(bob.ear.closed);
  CHECK(bob.ear.closed->code == close_code::log_unreadable);
  CHECK(bob.ear.closed->reconnect());
}

TEST_CASE("a member with too many posts under way is held back until half of them are stored") {
  limits l = domain_world::without_history();
  l.posts_under_way = 4;
  domain_world w(l);
  person& alice = w.in("alice");
  for (int n = 0; n < 3; ++n)
    w.type(alice, "x");
  CHECK_FALSE(alice.ear.held);
  w.type(alice, "x");
  CHECK(alice.ear.held);
  w.run();
  CHECK_FALSE(alice.ear.held);
}

TEST_CASE("a member who floods while others talk has 1/32 of that under way") {
  limits l = domain_world::without_history();
  l.posts_under_way = 128;
  domain_world w(l);
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  for (int n = 0; n < 127; ++n)
    w.type(alice, "x");
  CHECK_FALSE(alice.ear.held); // so far nobody else has said anything
  w.run();
  w.type(bob, "are you all right?");
  CHECK_FALSE(bob.ear.held);
  w.run();
  for (int n = 0; n < 3; ++n)
    w.type(alice, "x");
  CHECK_FALSE(alice.ear.held);
  w.type(alice, "x");
  CHECK(alice.ear.held);
  w.run();
  CHECK_FALSE(alice.ear.held);
  CHECK(alice.ear.all<refused>().empty());
}

TEST_CASE("a member with too many questions under way is held back until half are answered") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 3);
  for (int n = 0; n < 7; ++n)
    w.type(alice, n % 2 == 0 ? "/history" : "/search line");
  CHECK_FALSE(alice.ear.held);
  w.type(alice, "/history");
  CHECK(alice.ear.held);
  w.run();
  CHECK_FALSE(alice.ear.held);
  CHECK(alice.ear.all<reply>().size() == 8);
}

TEST_CASE("a member who comes back at the same time from the same position shares the pages") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 1'500); // more than a page
  person& bob = w.in("bob");
  w.type(bob, "one of bob's own");
  w.run();
  std::vector<person*> all{&joins(w, "bob-2", {position{7, 5}})};
  for (int n = 0; n < 100; ++n)
    all.push_back(&joins(w, fmt::format("member-{}", n), {position{7, 5}}));
  person& other = joins(w, "other", {position{7, 6}});
  w.hub.leave(*all[3]->self, true);
  w.type(alice, "while they are read");
  w.log.reads = 0;
  w.run();
  for (const person* p : all)
    if (p != all[3]) CHECK(told(*p) == from_to(6, 1'502));
  CHECK(told(*all[3]).empty());
  CHECK(told(other) == from_to(7, 1'502));
  // Five pages after the first ones, which were asked for at once, for 64, for 37, and for the
  // other.
  CHECK(w.log.reads == 15);
}

TEST_CASE("what is stored together is told together, each acknowledgement in its entry's place") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  person& carol = w.in("carol", "lobby", false);
  w.settle();
  w.send(alice, "one", "a1");
  w.send(bob, "two", "b1");
  w.send(alice, "three", "a2");
  w.type(bob, "/topic tea", {}, "t");
  w.run();
  CHECK(alice.news() ==
        heard{"ack a1 lobby@1", "lobby@2 bob: two", "ack a2 lobby@3", "lobby@4 bob= tea"});
  CHECK(bob.news() == heard{"lobby@1 alice: one", "ack b1 lobby@2", "lobby@3 alice: three",
                            "lobby@4 bob= tea", "ack t lobby@4"});
  CHECK(carol.news() == heard{"lobby@1 alice: one", "lobby@2 bob: two", "lobby@3 alice: three",
                              "lobby@4 bob= tea"});
}

TEST_CASE("nothing overtakes an entry that is stored and not told yet") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.send(alice, "one", "a1");
  const auto then = w.tasks.later(); // runs when the entry is stored, before it is told

  SECTION("who leaves has heard it") {
    then([&] { w.hub.part(*bob.self, "lobby").value(); });
    w.run();
    CHECK(bob.news().front() == "lobby@1 alice: one");
    CHECK(alice.news() == heard{"ack a1 lobby@1", "lobby -bob"});
  }
  SECTION("its author has the acknowledgement before leaving") {
    then([&] { w.hub.part(*alice.self, "lobby").value(); });
    w.run();
    CHECK(alice.news().front() == "ack a1 lobby@1");
    CHECK(bob.news() == heard{"lobby@1 alice: one", "lobby -alice"});
  }
  SECTION("who comes then has it in the room's state, and hears it no more") {
    person* carol = nullptr;
    then([&] { carol = &joins(w, "carol", {}); });
    w.run();
    CHECK(bob.news() == heard{"lobby@1 alice: one", "lobby +carol"});
    CHECK(told(*carol).empty());
    CHECK(carol->ear.last<room_state>().head == position{7, 1});
  }
  SECTION("so has who comes where nobody is announced") {
    w.given.presence_members = 0;
    person* carol = nullptr;
    then([&] { carol = &joins(w, "carol", {}); });
    w.run();
    CHECK(bob.news() == heard{"lobby@1 alice: one"});
    CHECK(told(*carol).empty());
  }
  SECTION("who has another name had the old one") {
    then([&] { w.type(alice, "/nick ada"); });
    w.run();
    CHECK(bob.news() == heard{"lobby@1 alice: one", "lobby alice>ada"});
  }
  SECTION("neither a page of the log nor what was found in it comes before it") {
    w.type(bob, "/history 5", {}, "h");
    w.type(bob, "/search one", {}, "s");
    w.run();
    const heard news = bob.news();
    REQUIRE(news.size() == 3);
    CHECK(news[0] == "lobby@1 alice: one");
    CHECK(news[1].starts_with("reply[h]"));
    CHECK(news[2].starts_with("reply[s]"));
  }
  SECTION("the same again is acknowledged after it, and so is a refusal") {
    w.send(bob, "two", "b1");
    w.send(alice, "one", "a1");
    w.run();
    CHECK(alice.news() == heard{"ack a1 lobby@1", "lobby@2 bob: two", "ack again a1 lobby@1"});
    w.send(alice, "three", "a2");
    w.log.broken = fail(errc::storage_failed, "no disk");
    w.send(bob, "four", "b2");
    w.run();
    CHECK(bob.news() == heard{"lobby@1 alice: one", "ack b1 lobby@2", "lobby@3 alice: three",
                              "refused[b2] storage_failed: no disk"});
  }
}

TEST_CASE("a member who left before their entry is stored is told where it is") {
  domain_world w;
  person& alice = w.in("alice");
  w.in("bob");
  w.send(alice, "one", "a1");
  w.hub.part(*alice.self, "lobby").value();
  alice.news();
  w.run();
  CHECK(alice.news() == heard{"ack a1 lobby@1"});
}

TEST_CASE("a group ends where a reader is full, or where it is long enough") {
  limits l = domain_world::without_history();
  l.posts_under_way = 1'000;
  domain_world w(l);
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  for (int n = 1; n <= 500; ++n)
    w.type(alice, fmt::format("line {}", n));
  bob.ear.room_for = 10;
  w.run();
  // All of the group, for it is bounded; the rest is in the log.
  const std::size_t group = told(bob).size();
  CHECK(group > 50);
  CHECK(group < 200);
  bob.ear.room_for = ~std::size_t{0};
  hub::ready(*bob.self);
  w.run();
  CHECK(told(bob) == from_to(1, 500));
}

TEST_CASE("a member who comes back to many rooms gets a page of one when that of another filled "
          "the sink") {
  domain_world w;
  person& alice = w.in("alice");
  for (const char* room : {"r1", "r2", "r3"}) {
    w.hub.join(*alice.self, room, "").value();
    w.run();
    for (int n = 1; n <= 10; ++n) {
      w.type(alice, fmt::format("{} {}", room, n), room);
      w.run();
    }
  }
  person& bob = w.enter("bob");
  for (const char* room : {"r1", "r2", "r3"})
    w.hub.join(*bob.self, room, "", start_position{position{7, 0}}).value();
  bob.ear.room_for = 8;
  w.run();
  CHECK(told(bob).size() == 10);
  for (std::size_t rooms = 2; rooms <= 3; ++rooms) {
    bob.ear.room_for = bob.ear.events.size() + 1;
    hub::ready(*bob.self);
    w.run();
    CHECK(told(bob).size() == 10 * rooms);
  }
  bob.ear.room_for = ~std::size_t{0};
  hub::ready(*bob.self);
  w.run();
  w.type(alice, "live again", "r3");
  w.run();
  CHECK(told(bob).size() == 31);
}

TEST_CASE("what is stored while a page is read is no more than a reader can take") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 10);
  w.log.slow_reads = true;
  person& bob = joins(w, "bob", {position{7, 5}});
  bob.ear.room_for = 20;
  for (int n = 11; n <= 300; ++n)
    w.type(alice, fmt::format("line {}", n));
  w.run();
  CHECK(told(bob).size() < 60);
  bob.ear.room_for = ~std::size_t{0};
  hub::ready(*bob.self);
  w.run();
  CHECK(told(bob) == from_to(6, 300));
}
