// Times are for people; order comes from positions. Times in a room never decrease all the same.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using namespace std::chrono_literals;
using test::domain_world;
using test::person;

TEST_CASE("C13: an entry bears the time at which it was sent") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  const wall_time first = w.clock.wall_now();
  w.type(alice, "one");
  w.clock.advance(1500ms);
  w.type(alice, "two");
  w.clock.advance(1h);
  w.run();
  const auto told = bob.ear.all<entry>();
  REQUIRE(told.size() == 2);
  CHECK(told[0].time == first);
  CHECK(told[1].time == first + 1500ms);
}

TEST_CASE("the clock goes back: times in a room stay, and go on when it has caught up") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  const wall_time first = w.clock.wall_now();
  w.type(alice, "one");
  w.clock.set_wall(first - 24h * 3650);
  w.type(alice, "two");
  w.clock.set_wall(first + 1s);
  w.type(alice, "three");
  w.run();
  const auto told = bob.ear.all<entry>();
  REQUIRE(told.size() == 3);
  CHECK(told[1].time == first);
  CHECK(told[2].time == first + 1s);
}

TEST_CASE("the clock goes back while nobody is in the room: its log remembers") {
  domain_world w;
  person& alice = w.in("alice", "den");
  const wall_time first = w.clock.wall_now();
  w.type(alice, "one", "den");
  w.run();
  w.leave(alice);
  w.clock.set_wall(first - 1h);
  person& bob = w.enter("bob");
  person& carol = w.enter("carol");
  w.hub.join(*bob.self, "den", "").value();
  w.hub.join(*carol.self, "den", "").value();
  w.type(bob, "said before the log has answered", "den");
  w.run();
  CHECK(carol.ear.last<entry>().time == first);
  w.type(bob, "and after", "den");
  w.run();
  CHECK(carol.ear.last<entry>().time == first);
}
