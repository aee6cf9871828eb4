// No piece of work grows with the number of members, the length of a list or of a log.
#include "base/work_watch.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "wire/native_codec.hpp"
#include "wire/text_codec.hpp"
#include "world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

/// The most deliveries of one task, among the waiting tasks and those that follow them.
std::uint64_t max_deliveries_per_task(domain_world& w) {
  std::uint64_t most = 0;
  while (!w.tasks.empty()) {
    const std::uint64_t before = w.counters.deliveries;
    w.tasks.run_one();
    most = std::max(most, w.counters.deliveries - before);
  }
  return most;
}

limits crowded() {
  limits l = domain_world::without_history();
  l.presence_members = 0; // so that a crowd comes in soon
  return l;
}

/// Lets so many members join a room, called `name-1` and so on.
void fill(domain_world& w, std::size_t count, const std::string& name = "name",
          const std::string& room = "lobby") {
  for (std::size_t n = 1; n <= count; ++n) {
    person& p = w.enter(fmt::format("{}-{}", name, n));
    w.hub.join(*p.self, room, "").value();
    w.run();
    p.ear.events.clear();
  }
}

} // namespace

TEST_CASE("free_name takes a few steps, however many members have that name with a number") {
  domain_world w(crowded());
  const auto cost = [&](std::string_view wish) {
    const allocation_count before;
    w.hub.free_name(wish, {});
    return before.since().calls;
  };
  w.enter("bob");
  const std::size_t one = cost("bob");
  for (int n = 2; n <= 3'000; ++n) {
    const std::string name = w.hub.free_name("bob", {});
    REQUIRE(name == fmt::format("bob-{}", n)); // no number is left out
    w.enter(name);
  }
  CHECK(cost("bob") <= 30 * one);
  // The numbers that are looked at first are taken.
  for (std::uint64_t n = 1; n < (1u << 24); n *= 2)
    w.enter(n == 1 ? "eve" : fmt::format("eve-{}", n));
  const std::string drawn = w.hub.free_name("eve", {});
  CHECK(drawn.starts_with("eve-"));
  CHECK(w.hub.find_member(drawn) == nullptr);
}

TEST_CASE("free_name offers a name that is held for nobody any more") {
  domain_world w(crowded());
  w.enter("bob");
  for (int n = 2; n <= 100; ++n) {
    if (n % 7 != 0) w.enter(fmt::format("bob-{}", n));
  }
  const std::string name = w.hub.free_name("bob", {});
  CHECK(name != "bob");
  CHECK(w.hub.find_member(name) == nullptr);
}

TEST_CASE("/who lists a thousand, and goes on from a name") {
  domain_world w(crowded());
  fill(w, 2'500);
  person& asker = w.in("asker");
  w.settle();
  std::vector<std::string> all;
  std::string from;
  for (int part = 0; part < 3; ++part) {
    w.type(asker, "/who" + from, {}, "r");
    const auto answer = asker.ear.last<reply>();
    CHECK(answer.items.size() <= 1'000);
    CHECK(answer.lines.front().starts_with("online: "));
    all.insert(all.end(), answer.items.begin(), answer.items.end());
    if (part == 2) {
      CHECK(answer.lines.size() == 1);
      break;
    }
    REQUIRE(answer.lines.size() == 2);
    const std::string& last = answer.lines.back();
    const std::string_view begin = "there are 2501; /who ";
    REQUIRE(last.starts_with(begin));
    from = " " + last.substr(begin.size(), last.find(' ', begin.size()) - begin.size());
  }
  CHECK(all.size() == 2'501);
  CHECK(std::is_sorted(all.begin(), all.end()));
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("/rooms lists as many as an answer holds, and goes on from a name") {
  domain_world w(crowded());
  w.given.rooms_per_member = 1'500;
  person& asker = w.enter("asker");
  for (int n = 0; n < 1'500; ++n) {
    w.clock.advance(std::chrono::seconds(1));
    w.hub.join(*asker.self, fmt::format("room-{:04}", n), "").value();
  }
  w.settle();
  w.type(asker, "/rooms");
  const auto first = asker.ear.last<reply>();
  CHECK(first.items.size() <= 1'000);
  CHECK(first.items.front() == "room-0000");
  REQUIRE(first.lines.size() == first.items.size() + 1);
  const std::string next = fmt::format("room-{:04}", first.items.size());
  CHECK(first.lines.back() == fmt::format("there are 1500; /rooms {} goes on from there", next));
  w.type(asker, "/rooms #ROOM-1400");
  const auto last = asker.ear.last<reply>();
  CHECK(last.items.size() == 100);
  CHECK(last.items.front() == "room-1400");
  CHECK(last.lines.size() == 100);
}

TEST_CASE("a member who joins a crowd is told a thousand names of it") {
  domain_world w(crowded());
  fill(w, 1'500);
  person& late = w.in("late");
  w.hub.part(*late.self, "lobby").value();
  w.hub.join(*late.self, "lobby", "").value();
  CHECK(late.ear.last<room_state>().members.size() == 1'000);
}

TEST_CASE("a member who waited for a log is taken in with a few others at a time") {
  domain_world w(crowded());
  for (int n = 0; n < 1'000; ++n)
    w.hub.join(*w.enter(fmt::format("early-{}", n)).self, "den", "").value();
  std::size_t before = 0;
  while (!w.tasks.empty()) {
    w.tasks.run_one();
    const auto in = static_cast<std::size_t>(
        std::count_if(w.people.begin(), w.people.end(),
                      [](const person& p) { return !p.ear.all<room_state>().empty(); }));
    REQUIRE(in - before <= 16);
    before = in;
  }
  CHECK(before == 1'000);
}

TEST_CASE("all who wait for the same page are fed, some in each task") {
  domain_world w(crowded());
  person& alice = w.in("alice");
  for (int n = 0; n < 1'000; ++n)
    w.type(alice, "line");
  w.run();
  for (int n = 0; n < 500; ++n)
    w.hub.join(*w.enter(fmt::format("back-{}", n)).self, "lobby", "", {position{7, 0}}).value();
  CHECK(max_deliveries_per_task(w) <= 16 * 256);
  for (std::size_t n = 1; n <= 500; ++n)
    REQUIRE(w.people[n].ear.all<entry>().size() == 1'000);
}

TEST_CASE("what is said while many are fed from the log comes after it, once") {
  domain_world w(crowded());
  person& alice = w.in("alice");
  for (int n = 0; n < 300; ++n)
    w.type(alice, "line");
  w.run();
  for (int n = 0; n < 64; ++n)
    w.hub.join(*w.enter(fmt::format("back-{}", n)).self, "lobby", "", {position{7, 0}}).value();
  for (int n = 0; !w.tasks.empty(); ++n) {
    if (n < 50) w.type(alice, "live");
    w.tasks.run_one();
  }
  for (std::size_t p = 1; p <= 64; ++p) {
    const auto told = w.people[p].ear.all<entry>();
    REQUIRE(told.size() == 350);
    for (std::size_t n = 0; n < told.size(); ++n)
      REQUIRE(told[n].at.offset == n + 1);
  }
}

TEST_CASE("a member who is in many rooms and can take more is fed from a few of them at a time, "
          "from all") {
  domain_world w;
  person& alice = w.enter("alice");
  person& slow = w.enter("slow");
  constexpr std::size_t rooms = 40;
  for (std::size_t n = 0; n < rooms; ++n) {
    const std::string room = fmt::format("room{}", n);
    w.hub.join(*alice.self, room, "").value();
    w.hub.join(*slow.self, room, "").value();
  }
  w.settle();
  slow.ear.room_for = 0;
  for (std::size_t n = 0; n < rooms; ++n) {
    for (int line = 0; line < 3; ++line) {
      w.type(alice, "line", fmt::format("room{}", n));
      w.run();
    }
  }
  w.settle();
  slow.ear.room_for = ~std::size_t{0};
  const std::size_t reads = w.log.reads;
  hub::ready(*slow.self);
  CHECK(w.log.reads - reads <= 4);
  w.run();
  CHECK(slow.ear.all<entry>().size() == rooms * 3 - 1); // the first of all filled the sink
}

TEST_CASE(
    "a member who leaves many rooms, or has another name in them, is told to some at a time") {
  domain_world w;
  constexpr std::size_t rooms = 40;
  constexpr std::size_t others = 50;
  person& alice = w.enter("alice");
  for (std::size_t n = 0; n < rooms; ++n)
    w.hub.join(*alice.self, fmt::format("room{}", n), "").value();
  for (std::size_t p = 0; p < others; ++p) {
    person& other = w.enter(fmt::format("other-{}", p));
    for (std::size_t n = 0; n < rooms; ++n)
      w.hub.join(*other.self, fmt::format("room{}", n), "").value();
  }
  w.settle();
  std::uint64_t before = w.counters.deliveries;
  w.type(alice, "/nick alicia");
  CHECK(w.counters.deliveries - before <= 4 * (others + 1));
  CHECK(max_deliveries_per_task(w) <= others + 1);
  for (std::size_t p = 1; p <= others; ++p)
    REQUIRE(w.people[p].ear.all<member_renamed>().size() == rooms);
  before = w.counters.deliveries;
  w.leave(alice);
  CHECK(w.counters.deliveries - before <= 4 * others);
  CHECK(max_deliveries_per_task(w) <= others);
  for (std::size_t p = 1; p <= others; ++p)
    REQUIRE(w.people[p].ear.all<member_left>().size() == rooms);
}

TEST_CASE("what is told a little later keeps its place among all that is told of a room") {
  domain_world w;
  person& alice = w.enter("alice");
  person& bob = w.enter("bob");
  for (int n = 0; n < 8; ++n) {
    w.hub.join(*alice.self, fmt::format("room{}", n), "").value();
    w.hub.join(*bob.self, fmt::format("room{}", n), "").value();
  }
  w.settle();
  w.type(bob, "before", "room7");
  w.run();
  w.type(alice, "/nick alicia");
  w.leave(alice);
  w.hub.join(*w.enter("alice").self, "room0", "").value();
  person& carol = w.enter("carol");
  w.hub.join(*carol.self, "room7", "").value(); // hears nothing of what was before
  w.run();
  heard of_room7;
  for (const std::string& line : bob.news()) {
    if (line.starts_with("room7")) of_room7.push_back(line);
  }
  CHECK(of_room7 == heard{"room7 alice>alicia", "room7 -alicia", "room7 +carol"});
  CHECK(carol.news() == heard{"state[] room7 head 1 topic '' members bob carol", "room7 +carol"});
}

namespace {

using std::chrono::microseconds;

microseconds cpu_of(const std::function<void()>& piece) {
  const auto before = work_watch::of_system().cpu();
  piece();
  return std::chrono::duration_cast<microseconds>(work_watch::of_system().cpu() - before);
}

/// The longest piece of a member's request, with the bytes that are made of the answers.
microseconds longest_piece(domain_world& w, person& p, const std::string& line,
                           const std::string& room) {
  p.ear.events.clear();
  microseconds most = cpu_of([&] { w.type(p, line, room); });
  while (!w.tasks.empty())
    most = std::max(most, cpu_of([&] { w.tasks.run_one(); }));
  for (const event& e : p.ear.events) {
    most = std::max(most, cpu_of([&] { wire::native::encode(e); }));
    most = std::max(most, cpu_of([&] { wire::text::encode(e); }));
  }
  return most;
}

} // namespace

// By hand, on a machine of its own: unit_tests "[cpu]"
TEST_CASE("no piece of work takes a millisecond of CPU", "[.][cpu]") {
  domain_world w(crowded());
  w.given.rooms_per_member = w.given.rooms = 20'000;
  w.given.join_history = 50;
  fill(w, 10'000, "anon");
  person& asker = w.in("asker");
  for (int n = 0; n < 10'000; ++n) {
    w.clock.advance(std::chrono::seconds(1));
    w.hub.join(*asker.self, fmt::format("room-{:04}", n), "").value();
    w.run();
    w.type(asker, "hello hay number " + std::to_string(n), "room-0001");
  }
  w.settle();
  const std::string log = "room-0001";
  for (const auto& [line, room] :
       std::vector<std::pair<std::string, std::string>>{{"/who", ""},
                                                        {"/who anon-5", ""},
                                                        {"/rooms", ""},
                                                        {"/rooms room-5000", ""},
                                                        {"/search needle", log},
                                                        {"/search hay", log},
                                                        {"/search from:asker", log},
                                                        {"/history 200", log},
                                                        {"/topic tea", log},
                                                        {"/help", ""},
                                                        {"/leave", log},
                                                        {"/join " + log, ""},
                                                        {"/leave lobby", ""},
                                                        {"/join lobby", ""}}) {
    const auto first = longest_piece(w, asker, line, room);
    const auto again = longest_piece(w, asker, line, room); // with what it touches in the caches
    std::printf("%-34s %6ld us, %6ld us\n", line.c_str(), static_cast<long>(first.count()),
                static_cast<long>(again.count()));
    CHECK(std::min(first, again) < microseconds(1'000));
  }
  CHECK(cpu_of([&] { w.hub.free_name("anon-1", {}); }) < microseconds(1'000));
}
