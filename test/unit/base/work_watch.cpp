#include "base/work_watch.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;
using duration = work_watch::duration;

namespace {

duration wall;
duration cpu;
int looks_at_cpu;

struct bench {
  bench() {
    wall = cpu = 1h;
    looks_at_cpu = 0;
  }
  /// A piece of work that takes so long and so much CPU.
  void piece(std::string_view kind, duration time, duration of_cpu) {
    const work_watch::piece p(&watch, kind);
    pass(time, of_cpu);
  }
  static void pass(duration time, duration of_cpu) {
    wall += time;
    cpu += of_cpu;
  }

  std::vector<std::pair<std::string, duration>> told;
  work_watch watch{[this](std::string_view kind, duration d) { told.emplace_back(kind, d); },
                   {[] { return wall; },
                    [] {
                      ++looks_at_cpu;
                      return cpu;
                    }}};
};

using pieces = std::vector<std::pair<std::string, duration>>;

} // namespace

TEST_CASE("a piece that takes more than a millisecond of CPU is reported") {
  bench b;
  b.piece("who", 1ms, 1ms);
  CHECK(b.told.empty());
  b.piece("who", 5ms, 4ms);
  CHECK(b.told == pieces{{"who", 4ms}});
}

TEST_CASE("a piece that waits for a busy machine is not reported") {
  bench b;
  b.piece("who", 500ms, 900us);
  CHECK(b.told.empty());
}

TEST_CASE("time before a piece is not counted as its own") {
  bench b;
  b.watch.begin();
  for (int i = 0; i < 20; ++i) {
    b.pass(900us, 900us);
    b.watch.is("short");
    b.watch.next();
  }
  b.pass(1'100us, 1'100us);
  b.watch.is("long");
  b.watch.next();
  REQUIRE(b.told.size() <= 1);
  b.piece("longer", 3ms, 3ms);
  CHECK(b.told.back() == std::pair<std::string, duration>("longer", 3ms));
}

TEST_CASE("each kind is reported once a minute") {
  bench b;
  for (int i = 0; i < 100; ++i) {
    b.piece("who", 2ms, 2ms);
    b.piece("rooms", 3ms, 3ms);
  }
  CHECK(b.told == pieces{{"who", 2ms}, {"rooms", 3ms}});
  b.pass(1min, 0ms);
  b.piece("who", 2ms, 2ms);
  CHECK(b.told.size() == 3);
}

TEST_CASE("short pieces ask the CPU clock once a millisecond at most") {
  bench b;
  for (int i = 0; i < 10'000; ++i)
    b.piece("say", 1us, 1us);
  CHECK(looks_at_cpu <= 11);
}
