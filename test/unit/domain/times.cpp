// Times are for people; order comes from positions.

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

TEST_CASE("each message bears the time of day at which it was said, wrong or right") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  const wall_time right = w.clock.wall_now();
  const std::vector<wall_time> times{right, right + 24h * 3650, right + 1s, right - 24h * 3650,
                                     right + 2s};
  for (const wall_time t : times) {
    w.clock.set_wall(t);
    w.type(alice, "x");
  }
  w.run();
  const auto told = bob.ear.all<entry>();
  REQUIRE(told.size() == times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    CHECK(told[i].time == times[i]);
    CHECK(told[i].at.offset == i + 1);
  }
}
