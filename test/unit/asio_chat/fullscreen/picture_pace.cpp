#include "fullscreen/picture_pace.hpp"

#include "support/catch.hpp"

#include <chrono>

using namespace asio_chat;
using namespace asio_chat::app;
using std::chrono::milliseconds;

namespace {

/// Draws whenever it may, for so long.
int pictures_in(picture_pace& pace, steady_time from, milliseconds time) {
  int drawn = 0;
  for (steady_time now = pace.next(from); now <= from + time; now = pace.next(now)) {
    pace.drawn(now);
    ++drawn;
  }
  return drawn;
}

} // namespace

TEST_CASE("asio-chat picture pace: three pictures at once, and then one in 16 ms") {
  picture_pace pace;
  const steady_time start{std::chrono::hours(1)};
  CHECK(pictures_in(pace, start, milliseconds(0)) == 3);
  CHECK(pace.next(start) == start + milliseconds(16));
  CHECK(pictures_in(pace, start + milliseconds(1), milliseconds(1599)) == 100);
}

TEST_CASE("asio-chat picture pace: what was not drawn is saved up to three pictures") {
  picture_pace pace;
  const steady_time start{std::chrono::hours(1)};
  pictures_in(pace, start, milliseconds(0));
  CHECK(pictures_in(pace, start + milliseconds(32), milliseconds(0)) == 2);
  CHECK(pictures_in(pace, start + std::chrono::hours(1), milliseconds(0)) == 3);
}
