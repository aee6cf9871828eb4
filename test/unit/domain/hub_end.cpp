// A hub is destroyed while tasks that keep a room are under way: none of them may use the hub.

#include "domain/hub.hpp"
#include "journal/memory_journal.hpp"
#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <new>
#include <optional>
#include <vector>

using namespace asio_chat;
using test::domain_world;
using test::person;

namespace {

/// A hub whose place is filled with zeros when it goes: what is looked for there is not found, and
/// what is written there is seen.
class world {
 public:
  ~world() {
    if (chat != nullptr) end();
  }

  person& in(const std::string& name, const std::string& room, const start_position& from = {}) {
    person& p = people.emplace_back();
    identity who{};
    who[0] = static_cast<std::uint8_t>(people.size());
    p.self = chat->enter(p.ear, {who, name, true, true}).value();
    chat->join(*p.self, room, "", from).value();
    return p;
  }
  void everybody_leaves() {
    for (person& p : people)
      chat->leave(*std::exchange(p.self, nullptr));
  }
  /// Destroys as a server does: first the hub, then its journal, which gives no more answers.
  void end() {
    std::exchange(chat, nullptr)->~hub();
    place.fill({});
    log.reset();
  }
  bool is_untouched() const {
    return std::ranges::all_of(place, [](std::byte b) { return b == std::byte{}; });
  }

  limits given = domain_world::without_history();
  server_counters counters;
  testing::manual_clock clock;
  test::task_queue tasks;
  std::optional<memory_journal> log{std::in_place, tasks.later(), 7, memory_journal::bounds{}};
  alignas(hub) std::array<std::byte, sizeof(hub)> place{};
  hub* chat = new (place.data()) hub({*log, clock, given, counters, tasks.later(), "lobby"});
  std::deque<person> people;
};

/// A room that a crowd waits for, one whose log feeds a crowd, one where something is said, and
/// many in which somebody has another name.
void begin_everything(world& w) {
  person& alice = w.in("alice", "den");
  for (int n = 0; n < 8; ++n)
    w.chat->join(*alice.self, fmt::format("room-{}", n), "").value();
  for (int n = 0; n < 3; ++n)
    w.chat->dispatch(*alice.self, {"den", {}, requests::say{"line"}});
  w.tasks.run();
  for (int n = 0; n < 40; ++n) {
    w.in(fmt::format("early-{}", n), "hall");
    w.in(fmt::format("back-{}", n), "den", {position{}, {}});
  }
  w.chat->dispatch(*alice.self, {"room-0", {}, requests::say{"the last"}});
  w.chat->rename(alice.self->of(), "alicia").value();
}

} // namespace

TEST_CASE("a hub may go while a crowd comes into a room") {
  world w;
  for (int n = 0; n < 40; ++n)
    w.in(fmt::format("early-{}", n), "hall");
  while (w.people.front().ear.all<room_state>().empty())
    w.tasks.run_one();
  REQUIRE(w.people.back().ear.all<room_state>().empty());
  w.everybody_leaves();
  w.end();
  CHECK_NOTHROW(w.tasks.run());
  CHECK(w.is_untouched());
}

TEST_CASE("a hub may go at any moment, though its rooms stay until nothing is under way in them") {
  const bool they_leave_first = GENERATE(true, false);
  bool was_idle = false;
  for (int n = 0; !was_idle; ++n) {
    CAPTURE(they_leave_first, n);
    world w;
    begin_everything(w);
    for (int done = 0; done < n && !w.tasks.empty(); ++done)
      w.tasks.run_one();
    was_idle = w.tasks.empty();
    std::vector<std::shared_ptr<room>> kept; // as an answer does that is posted already
    for (const auto& [name, r] : w.chat->rooms())
      kept.push_back(r);
    if (they_leave_first) w.everybody_leaves();
    w.end();
    REQUIRE_NOTHROW(w.tasks.run());
    REQUIRE(w.is_untouched());
  }
}
