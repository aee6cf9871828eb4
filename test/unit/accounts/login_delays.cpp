#include "accounts/login_delays.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using namespace std::chrono_literals;

TEST_CASE("three failures are free, then each doubles the wait, up to a bound") {
  testing::manual_clock time;
  login_delays d(time, 3);
  for (int i = 0; i < 3; ++i)
    d.failed("alice");
  CHECK(d.wait_for("alice") == 0s);
  d.failed("alice");
  CHECK(d.wait_for("alice") == 2s);
  CHECK(d.wait_for("bob") == 0s);
  d.failed("alice");
  CHECK(d.wait_for("alice") == 4s);
  time.advance(3s);
  CHECK(d.wait_for("alice") == 1s);
  time.advance(1s);
  CHECK(d.wait_for("alice") == 0s);
  for (int i = 0; i < 100; ++i)
    d.failed("alice");
  CHECK(d.wait_for("alice") == login_delays::longest);
}

TEST_CASE("a success, or an hour without a failure, makes it new again") {
  testing::manual_clock time;
  login_delays d(time, 3);
  for (int i = 0; i < 9; ++i)
    d.failed("alice");
  d.succeeded("alice");
  CHECK(d.wait_for("alice") == 0s);
  CHECK(d.size() == 0);
  for (int i = 0; i < 4; ++i)
    d.failed("bob");
  time.advance(1h);
  d.failed("carol");
  CHECK(d.size() == 1);
  d.failed("bob");
  CHECK(d.wait_for("bob") == 0s);
}

TEST_CASE("of more keys than are kept those that failed longest ago are forgotten") {
  testing::manual_clock time;
  login_delays d(time, 3);
  for (int i = 0; i < 4; ++i)
    d.failed("first");
  for (std::size_t i = 0; i < login_delays::max_keys; ++i) {
    time.advance(1ms);
    d.failed(fmt::format("key{}", i));
  }
  CHECK(d.size() == login_delays::max_keys);
  CHECK(d.wait_for("first") == 0s);
}
