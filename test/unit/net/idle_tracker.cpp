#include "net/idle_tracker.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;

namespace {

struct session final : net::idle_tracked {
  session(std::string n, std::vector<std::string>& l)
      : name(std::move(n))
      , log(l) {}
  void try_sleep() override {
    log.push_back(name);
    if (then) then();
  }
  void read_or_write() { mark_active(); }

  std::string name;
  std::vector<std::string>& log;
  std::function<void()> then;
};

using names = std::vector<std::string>;

struct world {
  explicit world(std::chrono::milliseconds quiet_time = 5s)
      : tracker(quiet_time) {}
  /// Looks after so long, and says who was asked to sleep.
  names after(std::chrono::milliseconds t) {
    clock.advance(t);
    log.clear();
    tracker.visit(clock.now());
    return log;
  }
  void watch(session& g) { tracker.watch(g, clock.now()); }

  testing::manual_clock clock;
  net::idle_tracker tracker;
  names log;
  session a{"a", log};
  session b{"b", log};
};

} // namespace

TEST_CASE("a session that was quiet for the time is asked to sleep, once") {
  world h;
  h.watch(h.a);
  CHECK(h.after(4'999ms).empty());
  CHECK(h.after(1ms) == names{"a"});
  CHECK(h.after(1h).empty());
}

TEST_CASE(
    "a session that was quiet before it is watched is asked first, and once more after the time") {
  world h;
  h.watch(h.a);
  h.tracker.watch(h.b, {});
  CHECK(h.after(1ms) == names{"b"});
  h.watch(h.b);
  CHECK(h.after(4'999ms) == names{"a"});
  CHECK(h.after(1ms) == names{"b"});
}

TEST_CASE("a session that read or wrote meanwhile is watched for the whole time again") {
  world h;
  h.watch(h.a);
  h.watch(h.b);
  CHECK(h.after(3s).empty());
  h.a.read_or_write();
  CHECK(h.after(2s) == names{"b"});
  CHECK(h.after(4'999ms).empty());
  CHECK(h.after(1ms) == names{"a"});
}

TEST_CASE("a session that cannot sleep now and is watched again has the whole time again") {
  world h;
  h.a.then = [&] { h.watch(h.a); };
  h.watch(h.a);
  CHECK(h.after(1h) == names{"a"});
  CHECK(h.after(4'999ms).empty());
  CHECK(h.after(1ms) == names{"a"});
}

TEST_CASE("a session that sleeps is counted until it wakes or leaves, and is not asked to sleep") {
  world h;
  h.watch(h.a);
  h.watch(h.b);
  h.tracker.fell_asleep(h.a);
  h.tracker.fell_asleep(h.b);
  CHECK(h.tracker.asleep() == 2);
  CHECK(h.after(1h).empty());
  h.watch(h.a);
  CHECK(h.tracker.asleep() == 1);
  h.tracker.leave(h.b);
  h.tracker.leave(h.b); // twice is once
  CHECK(h.tracker.asleep() == 0);
  CHECK(h.after(5s) == names{"a"});
}

TEST_CASE("not all are asked to sleep at once: messages do not wait for them") {
  world h;
  std::deque<session> crowd;
  for (int i = 0; i < 1'000; ++i) {
    crowd.emplace_back(std::to_string(i), h.log);
    h.watch(crowd.back());
  }
  std::size_t rested = 0;
  h.clock.advance(5s);
  for (bool more = true; more; rested += h.log.size()) {
    h.log.clear();
    more = h.tracker.visit(h.clock.now());
    REQUIRE(h.log.size() <= 16);
    if (!h.log.empty()) CHECK(h.log.front() == std::to_string(rested)); // in turn
  }
  CHECK(rested == 1'000); // no later than those that came with them
}

TEST_CASE("all who may sleep at once do, though others have just spoken") {
  world h;
  session c("c", h.log);
  h.watch(h.a);
  h.tracker.watch(h.b, {});
  h.tracker.watch(c, {});
  CHECK(h.after(1s) == names{"c", "b"});
}

TEST_CASE("with a time of 0 nobody is ever asked to sleep") {
  world h(0ms);
  h.watch(h.a);
  CHECK(h.after(1000h).empty());
}

TEST_CASE("a session that is gone is not watched") {
  world h;
  {
    session gone("gone", h.log);
    h.watch(gone);
  }
  h.watch(h.a);
  CHECK(h.after(1h) == names{"a"});
}
