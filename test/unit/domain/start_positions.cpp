// Where a member who comes back goes on, and what they are told to have missed.
#include "support/catch.hpp"
#include "unit/domain/reader_world.hpp"

using namespace asio_chat;
using namespace asio_chat::test;

TEST_CASE(
    "a member who has everything gets nothing, and one who has more waits for what follows it") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 3);
  person& bob = joins(w, "bob", {position{7, 3}});
  // Carol comes back with an entry that is stored, and that was told to nobody else so far.
  w.type(alice, "line 4");
  person& carol = joins(w, "carol", {position{7, 4}});
  w.run();
  say(w, alice, 5, 5);
  CHECK(told(bob) == from_to(4, 5));
  CHECK(told(carol) == from_to(5, 5));
  CHECK(carol.ear.all<entries_missed>().empty());
}

TEST_CASE("a member who has more than there ever was is told that the log is an older one") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 3);
  person& bob = joins(w, "bob", {position{7, 41}}); // before a backup was put back
  w.run();
  CHECK(bob.ear.last<entries_missed>().after == position{7, 41});
  CHECK(bob.ear.last<entries_missed>().next == position{7, 4});
  say(w, alice, 4, 5);
  CHECK(told(bob) == from_to(4, 5));
}

TEST_CASE(
    "a member whose position has the tag of another log is told so, and gets all that is kept") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 5);
  w.log.compared = journal::log_is::another;
  person& bob = joins(w, "bob", {position{7, 3, 0xabc, 3}});
  w.run();
  REQUIRE(bob.ear.all<entries_missed>().size() == 1);
  CHECK(bob.ear.last<entries_missed>().after == position{7, 3});
  CHECK(bob.ear.last<entries_missed>().next == position{7, 1});
  say(w, alice, 6, 6);
  CHECK(told(bob) == from_to(1, 6));
  CHECK(bob.ear.all<entries_missed>().size() == 1);
}

TEST_CASE("a tag is compared though nothing follows the position") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 3);
  w.log.compared = journal::log_is::another;
  person& bob = joins(w, "bob", {position{7, 3, 0xabc, 3}});
  w.run();
  CHECK(bob.ear.all<entries_missed>().size() == 1);
  CHECK(told(bob) == from_to(1, 3));
  person& carol = joins(w, "carol", {position{7, 3, 0xabc, 3}});
  w.run();
  CHECK(carol.ear.all<entries_missed>().empty());
  CHECK(told(carol).empty());
}

TEST_CASE(
    "a member who has heard of entries that the log has lost is told, and goes on from there") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 5);
  w.log.compared = journal::log_is::cut_back;
  person& bob = joins(w, "bob", {position{7, 3, 0xabc, 9}});
  w.run();
  REQUIRE(bob.ear.all<entries_missed>().size() == 1);
  CHECK(bob.ear.last<entries_missed>().next == position{7, 4});
  CHECK(told(bob) == from_to(4, 5));
}

TEST_CASE("members with the same position and different tags do not share a page") {
  domain_world w;
  person& alice = w.in("alice");
  say(w, alice, 1, 5);
  w.log.compared = journal::log_is::another; // bob's, which is read first
  person& bob = joins(w, "bob", {position{7, 3, 0xabc, 3}});
  person& carol = joins(w, "carol", {position{7, 3, 0xdef, 3}});
  person& dave = joins(w, "dave", {position{7, 3}});
  w.run();
  CHECK(told(bob) == from_to(1, 5));
  CHECK(told(carol) == from_to(4, 5));
  CHECK(told(dave) == from_to(4, 5));
}

TEST_CASE("what is no longer kept is announced as a gap with its range") {
  domain_world w({}, {.entries_per_room = 5});
  person& alice = w.in("alice");
  say(w, alice, 1, 20);
  person& bob = joins(w, "bob", {position{7, 3}});
  w.run();
  const auto missed = bob.ear.last<entries_missed>();
  CHECK(missed.room == "lobby");
  CHECK(missed.after == position{7, 3});
  CHECK(missed.next == position{7, 16});
  CHECK(told(bob) == from_to(16, 20));
  // A member who only wanted the last ones misses nothing.
  person& carol = joins(w, "carol", {{}, 10});
  w.run();
  CHECK(carol.ear.all<entries_missed>().empty());
  CHECK(told(carol) == from_to(16, 20));
}

TEST_CASE("a position of another epoch is announced as another log") {
  domain_world w;
  person& alice = w.in("alice");
  person& early = joins(w, "early", {position{6, 41}}); // nothing is there yet
  w.run();
  CHECK(early.ear.last<entries_missed>().next == position{7, 1});
  say(w, alice, 1, 3);
  CHECK(told(early) == from_to(1, 3));
  person& bob = joins(w, "bob", {position{6, 41}});
  w.run();
  CHECK(bob.ear.last<entries_missed>().after == position{6, 41});
  CHECK(bob.ear.last<entries_missed>().next == position{7, 1});
  CHECK(told(bob) == from_to(1, 3));
}
