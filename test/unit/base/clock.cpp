#include "base/clock.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

using namespace asio_chat;
using namespace std::chrono_literals;

TEST_CASE("a jump of the time of day is noticed once, ahead and back") {
  testing::manual_clock time;
  clock_watch watch(time);
  CHECK_FALSE(watch.look());
  time.advance(24h * 30); // nobody has looked at it for long
  CHECK_FALSE(watch.look());
  using std::chrono::milliseconds;
  for (const milliseconds jump : {milliseconds(24h * 3650), milliseconds(-24h * 3650),
                                  milliseconds(10s), milliseconds(-10s)}) {
    time.set_wall(time.wall_now() + jump);
    time.advance(250ms);
    CHECK(watch.look() == jump);
    CHECK_FALSE(watch.look());
  }
}

TEST_CASE("a clock that is slewed does not jump") {
  testing::manual_clock time;
  clock_watch watch(time);
  for (int i = 0; i < 1'000; ++i) {
    time.set_wall(time.wall_now() + 9s);
    time.advance(1h);
    CHECK_FALSE(watch.look());
  }
}
