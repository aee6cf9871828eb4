#include "net/dormitory.hpp"

#include "support/catch.hpp"
#include "support/manual_clock.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;

namespace {

struct guest final : net::sleeper {
  guest(std::string n, std::vector<std::string>& l)
      : name(std::move(n))
      , log(l) {}
  void rest() override {
    log.push_back(name);
    if (then) then();
  }
  void talk() { stir(); }

  std::string name;
  std::vector<std::string>& log;
  std::function<void()> then;
};

using names = std::vector<std::string>;

struct house {
  explicit house(std::chrono::milliseconds quiet_time = 5s)
      : beds(quiet_time) {}
  /// Looks after so long, and says who was sent to rest.
  names after(std::chrono::milliseconds t) {
    clock.advance(t);
    log.clear();
    beds.visit(clock.now());
    return log;
  }
  void watch(guest& g) { beds.watch(g, clock.now()); }

  test::manual_clock clock;
  net::dormitory beds;
  names log;
  guest a{"a", log};
  guest b{"b", log};
};

} // namespace

TEST_CASE("a session that was quiet for the time is sent to rest, once") {
  house h;
  h.watch(h.a);
  CHECK(h.after(4'999ms).empty());
  CHECK(h.after(1ms) == names{"a"});
  CHECK(h.after(1h).empty());
}

TEST_CASE("a session that read or wrote meanwhile is watched for the whole time again") {
  house h;
  h.watch(h.a);
  h.watch(h.b);
  CHECK(h.after(3s).empty());
  h.a.talk();
  CHECK(h.after(2s) == names{"b"});
  CHECK(h.after(4'999ms).empty());
  CHECK(h.after(1ms) == names{"a"});
}

TEST_CASE("a session that cannot sleep now and is watched again has the whole time again") {
  house h;
  h.a.then = [&] { h.watch(h.a); };
  h.watch(h.a);
  CHECK(h.after(1h) == names{"a"});
  CHECK(h.after(4'999ms).empty());
  CHECK(h.after(1ms) == names{"a"});
}

TEST_CASE("a session that sleeps is counted until it wakes or leaves, and is not sent to rest") {
  house h;
  h.watch(h.a);
  h.watch(h.b);
  h.beds.fell_asleep(h.a);
  h.beds.fell_asleep(h.b);
  CHECK(h.beds.asleep() == 2);
  CHECK(h.after(1h).empty());
  h.watch(h.a);
  CHECK(h.beds.asleep() == 1);
  h.beds.leave(h.b);
  h.beds.leave(h.b); // twice is once
  CHECK(h.beds.asleep() == 0);
  CHECK(h.after(5s) == names{"a"});
}

TEST_CASE("not all are sent to rest at once: messages shall not wait for them") {
  house h;
  std::deque<guest> crowd;
  for (int i = 0; i < 1'000; ++i) {
    crowd.emplace_back(std::to_string(i), h.log);
    h.watch(crowd.back());
  }
  std::size_t rested = 0;
  h.clock.advance(5s);
  for (bool more = true; more; rested += h.log.size()) {
    h.log.clear();
    more = h.beds.visit(h.clock.now());
    REQUIRE(h.log.size() <= 16);
    if (!h.log.empty()) CHECK(h.log.front() == std::to_string(rested)); // in turn
  }
  CHECK(rested == 1'000); // no later than those that came with them
}

TEST_CASE("with a time of 0 nobody is ever sent to rest") {
  house h(0ms);
  h.watch(h.a);
  CHECK(h.after(1000h).empty());
}

TEST_CASE("a session that is gone is not watched") {
  house h;
  {
    guest gone("gone", h.log);
    h.watch(gone);
  }
  h.watch(h.a);
  CHECK(h.after(1h) == names{"a"});
}
