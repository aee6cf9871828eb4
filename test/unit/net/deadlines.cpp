#include "net/deadlines.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <deque>
#include <optional>

using namespace asio_chat;
using namespace std::chrono_literals;
using net::deadlines;
using net::phase;

namespace {

struct waiting final : net::expirable {
  waiting(std::string n, std::vector<std::string>& l)
      : name(std::move(n))
      , log(l) {}
  void expire(phase p) override {
    log.push_back(name + std::to_string(static_cast<int>(p)));
    if (then) then();
  }
  std::string name;
  std::vector<std::string>& log;
  std::function<void()> then;
};

struct bench {
  /// Visits after so long and returns who expired.
  std::vector<std::string> after(std::chrono::milliseconds t) {
    clock.advance(t);
    log.clear();
    times.visit(clock.now());
    return log;
  }
  void begin(waiting& w, phase p) { times.begin(w, p, clock.now()); }

  testing::manual_clock clock;
  deadlines times{{5s, 30s, 300s, 60s, 2s}};
  std::vector<std::string> log;
  waiting a{"a", log};
  waiting b{"b", log};
  waiting c{"c", log};
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("C36 C37: a deadline is over exactly at its time") {
  bench t;
  t.begin(t.a, phase::handshake);
  CHECK(t.after(4'999ms).empty());
  CHECK(t.after(1ms) == names{"a0"});
  CHECK(t.after(1h).empty()); // once
}

TEST_CASE("every phase has its own time") {
  const std::pair<phase, std::chrono::milliseconds> all[] = {{phase::handshake, 5s},
                                                             {phase::login, 30s},
                                                             {phase::idle, 300s},
                                                             {phase::stalled, 60s},
                                                             {phase::closing, 2s}};
  for (const auto& [p, time] : all) {
    bench t;
    t.begin(t.a, p);
    CHECK(t.after(time - 1ms).empty());
    CHECK(t.after(1ms) == names{"a" + std::to_string(static_cast<int>(p))});
  }
}

TEST_CASE("a phase of no time never ends") {
  bench t;
  t.times = deadlines({5s, 30s, 0s, 60s, 2s});
  t.begin(t.a, phase::login);
  t.begin(t.a, phase::idle);
  CHECK(t.after(1000h).empty());
}

TEST_CASE("those that began first expire first") {
  bench t;
  t.begin(t.b, phase::login);
  CHECK(t.after(1s).empty());
  t.begin(t.c, phase::login);
  t.begin(t.a, phase::login);
  CHECK(t.after(29s) == names{"b1"});
  CHECK(t.after(999ms).empty());
  CHECK(t.after(1ms) == names{"c1", "a1"});
}

TEST_CASE("a phase that begins anew has its whole time again, and goes behind the others") {
  bench t;
  t.begin(t.a, phase::idle);
  t.begin(t.b, phase::idle);
  CHECK(t.after(200s).empty());
  t.begin(t.a, phase::idle);
  CHECK(t.after(100s) == names{"b2"});
  CHECK(t.after(199s).empty());
  CHECK(t.after(1s) == names{"a2"});
}

TEST_CASE("another phase ends the one before") {
  bench t;
  t.begin(t.a, phase::handshake);
  CHECK(t.after(4s).empty());
  t.begin(t.a, phase::login);
  CHECK(t.after(29s).empty());
  CHECK(t.after(1s) == names{"a1"});
}

TEST_CASE("what has ended, or is gone, does not expire") {
  bench t;
  std::optional<waiting> gone(std::in_place, "gone", t.log);
  t.begin(t.a, phase::login);
  t.begin(*gone, phase::login);
  t.begin(t.b, phase::login);
  deadlines::end(t.a);
  deadlines::end(t.a); // twice is once
  gone.reset();
  CHECK(t.after(1h) == names{"b1"});
}

TEST_CASE("a session that expires may end, destroy and begin others") {
  bench t;
  std::optional<waiting> victim(std::in_place, "victim", t.log);
  t.a.then = [&] {
    deadlines::end(t.b);
    victim.reset();
    t.begin(t.a, phase::closing);
  };
  t.begin(t.a, phase::login);
  t.begin(t.b, phase::login);
  t.begin(*victim, phase::login);
  t.begin(t.c, phase::login);
  CHECK(t.after(30s) == names{"a1", "c1"});
  CHECK(t.after(2s) == names{"a4"});
}

TEST_CASE("of thousands that are over some expire at a visit, and the next visit goes on") {
  bench t;
  std::deque<waiting> crowd;
  for (int i = 0; i < 1'000; ++i)
    t.begin(crowd.emplace_back("x", t.log), i % 2 == 0 ? phase::login : phase::idle);
  t.clock.advance(1h);
  std::size_t visits = 0;
  for (bool more = true; more; ++visits) {
    const std::size_t before = t.log.size();
    more = t.times.visit(t.clock.now());
    REQUIRE(t.log.size() - before <= deadlines::max_expired);
  }
  CHECK(t.log.size() == 1'000);
  CHECK(visits == 1'000 / deadlines::max_expired + 1);
}

TEST_CASE(
    "a session that begins the same phase again while expiring is not visited twice at once") {
  bench t;
  t.a.then = [&] { t.begin(t.a, phase::login); };
  t.begin(t.a, phase::login);
  CHECK(t.after(100s) == names{"a1"});
  CHECK(t.after(29s).empty());
  CHECK(t.after(1s) == names{"a1"});
}
