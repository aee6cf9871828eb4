// The bounds of the memory journal. test/contract tests the rest.

#include "journal/memory_journal.hpp"

#include "support/catch.hpp"
#include "support/task_queue.hpp"

#include <memory>
#include <optional>

using namespace asio_chat;

namespace {

struct deaf final : journal::listener {
  void on_entry(journal::record) override {}
};

struct bench {
  explicit bench(memory_journal::bounds b)
      : log(tasks.later(), 7, b) {}

  position append(const std::string& room, std::string text, std::string id = "") {
    position at;
    log.append({room, {}, {}, "alice", entry_kind::message, std::move(text), std::move(id)}, {},
               [&](const result<journal::appended>& a) { at = a.value().at; });
    tasks.run();
    return at;
  }
  journal::page read(const std::string& room, position after) {
    journal::page got;
    log.read(room, {{log_range::side::after, after, 1'000}},
             [&](const result<journal::page>& p) { got = p.value(); });
    tasks.run();
    return got;
  }
  journal::log_state follow(const std::string& room) {
    journal::log_state got;
    log.follow(room, ear, [&](const result<journal::log_state>& s) { got = s.value(); });
    tasks.run();
    return got;
  }

  void unfollow(const std::string& room) {
    log.unfollow(room, ear, [] {});
  }

  test::task_queue tasks;
  std::shared_ptr<deaf> ear = std::make_shared<deaf>();
  memory_journal log;
};

} // namespace

TEST_CASE("a log keeps its newest entries, so many") {
  bench b({.entries_per_room = 3});
  for (int i = 1; i <= 5; ++i)
    b.append("den", std::to_string(i));
  const auto page = b.read("den", {7, 0});
  REQUIRE(page.entries.size() == 3);
  CHECK(page.entries.front().what.at == position{7, 3});
  CHECK(page.gap == 3u);
  CHECK(b.read("den", {7, 2}).gap == std::nullopt); // nothing that was asked for is missing
}

TEST_CASE("a log keeps its newest entries, so many bytes, and the last one in any case") {
  bench b({.bytes_per_room = 10'000});
  for (int i = 1; i <= 20; ++i)
    b.append("den", std::string(2'000, 'x'));
  const auto page = b.read("den", {7, 0});
  CHECK(page.entries.size() >= 3);
  CHECK(page.entries.size() <= 5);
  CHECK(page.entries.back().what.at.offset == 20);
  b.append("den", std::string(20'000, 'x'));
  CHECK(b.read("den", {7, 0}).entries.size() == 1);
}

TEST_CASE("what a log keeps is byte for byte what was said, however much was dropped before it") {
  constexpr std::uint64_t keeps = 50;
  bench b({.entries_per_room = keeps});
  // Empty, short, longer than a block, and all at different places of one.
  const auto text = [](std::uint64_t n) {
    const std::uint64_t length = n % 50 == 0 ? 40'000 : n % 3 == 0 ? 0 : n * 7'919 % 900;
    return std::string(length, static_cast<char>('a' + n % 26));
  };
  const auto id = [](std::uint64_t n) { return n % 4 == 0 ? "" : "id" + std::to_string(n); };
  for (std::uint64_t n = 1; n <= 1'000; ++n) {
    REQUIRE(b.append("den", text(n), id(n)) == position{7, n});
    if (n % 37 != 0) continue;
    const std::uint64_t first = n > keeps ? n - keeps + 1 : 1;
    const auto page = b.read("den", {7, 0});
    REQUIRE(page.entries.size() == n - first + 1);
    for (const journal::record& r : page.entries) {
      REQUIRE(r.what.text == text(r.what.at.offset));
      REQUIRE(r.what.from == "alice");
      REQUIRE(r.what.id.empty());
    }
  }
  CHECK(b.append("den", text(951), id(951)) == position{7, 951});
  CHECK(b.append("den", text(950), id(950)) == position{7, 1'001});
}

TEST_CASE("all logs together are bounded: that of the room not used for longest goes first") {
  bench b({.idle_rooms = 3});
  b.append("a", "1");
  b.append("b", "1");
  b.append("c", "1");
  b.append("a", "2");
  b.append("d", "1");
  CHECK(b.read("a", {7, 0}).entries.size() == 2);
  CHECK(b.read("b", {7, 0}).entries.empty());
  CHECK(b.follow("b").head.offset == 0);
  CHECK(b.read("c", {7, 0}).entries.size() == 1);
  CHECK(b.read("d", {7, 0}).entries.size() == 1);
}

TEST_CASE("all logs together are bounded in bytes") {
  bench b({.bytes = 50'000});
  for (int i = 0; i < 100; ++i) {
    const std::string room = "r" + std::to_string(i);
    b.append(room, std::string(5'000, 'x'));
    REQUIRE(b.read(room, {7, 0}).entries.size() == 1); // the one in use is not pushed out
  }
  std::size_t kept = 0;
  for (int i = 0; i < 100; ++i)
    kept += b.read("r" + std::to_string(i), {7, 0}).entries.size();
  CHECK(kept >= 5);
  CHECK(kept <= 10);
}

TEST_CASE("looking at rooms pushes no log out") {
  bench b({.idle_rooms = 2});
  b.append("a", "1");
  b.append("b", "1");
  for (int i = 0; i < 10; ++i) {
    b.follow("x" + std::to_string(i));
    b.unfollow("x" + std::to_string(i));
    b.read("y" + std::to_string(i), {});
  }
  CHECK(b.read("a", {7, 0}).entries.size() == 1);
  CHECK(b.read("b", {7, 0}).entries.size() == 1);
}

TEST_CASE("the log of a room in use stays, however many rooms others write into") {
  bench b({.idle_rooms = 3});
  b.follow("lobby");
  const position first = b.append("lobby", "keep me", "id");
  for (int i = 0; i < 100; ++i)
    b.append("r" + std::to_string(i), "x");
  CHECK(b.read("lobby", {7, 0}).entries.size() == 1);
  CHECK(b.append("lobby", "keep me", "id") == first);
  b.unfollow("lobby");
  CHECK(b.read("r98", {7, 0}).entries.size() == 1);
  CHECK(b.read("r97", {7, 0}).entries.empty()); // three idle ones are kept, the lobby is one now
  for (int i = 0; i < 3; ++i)
    b.append("s" + std::to_string(i), "x");
  CHECK(b.read("lobby", {7, 0}).entries.empty());
}

TEST_CASE("rooms in use that are too long together: the longest is halved, the others stay") {
  bench b({.bytes = 100'000});
  b.follow("small");
  b.follow("big");
  b.append("small", "keep me");
  for (int i = 0; i < 100; ++i)
    b.append("big", std::string(2'000, 'x'));
  CHECK(b.read("small", {7, 0}).entries.size() == 1);
  const auto page = b.read("big", {7, 0});
  CHECK(page.entries.size() >= 15);
  CHECK(page.entries.size() <= 50);
  CHECK(page.entries.back().what.at.offset == 100);
  CHECK(page.gap == page.entries.front().what.at.offset);
}

TEST_CASE("ids are counted: a log of empty texts is bounded as well") {
  bench b({.bytes_per_room = 10'000});
  const std::string id(64, 'i');
  for (int i = 0; i < 1'000; ++i)
    b.append("den", "", id + std::to_string(i));
  CHECK(b.read("den", {7, 0}).entries.size() < 80);
}

TEST_CASE("a log that is made anew begins another epoch: no position means two entries") {
  bench b({.idle_rooms = 1});
  const position before = b.append("a", "old");
  b.append("b", "pushes a out");
  const position after = b.append("a", "new");
  CHECK(after.offset == 1);
  CHECK(after.epoch > before.epoch);
  const auto page = b.read("a", before);
  REQUIRE(page.entries.size() == 1);
  CHECK(page.entries.front().what.text == "new");
  CHECK(b.follow("a").head == after);
}

TEST_CASE("the id of an entry that is no longer kept is forgotten with it") {
  bench b({.entries_per_room = 2});
  b.append("den", "1", "id");
  b.append("den", "2");
  b.append("den", "3");
  CHECK(b.append("den", "4", "id").offset == 4);
}

namespace {

/// Runs task by task; says how many there were until `done`.
std::size_t tasks_until(bench& b, const bool& done) {
  std::size_t count = 0;
  for (; !done && !b.tasks.empty(); ++count)
    b.tasks.run_one();
  return count;
}

journal::hits search(bench& b, search_query q) {
  journal::hits found;
  b.log.search(std::move(q), [&](const result<journal::hits>& h) { found = h.value(); });
  b.tasks.run();
  return found;
}

} // namespace

TEST_CASE("a search looks at a few entries in each task, and others are answered meanwhile") {
  constexpr std::size_t all = 2'000;
  bench b({});
  for (std::size_t i = 1; i <= all; ++i)
    b.append("den", i % 500 == 0 ? "needle" : "hay");
  bool done = false;
  std::vector<std::uint64_t> offsets;
  b.log.search({"den", {"needle"}, {}, {}, {}, 50}, [&](const result<journal::hits>& h) {
    done = true;
    for (const entry& e : h.value().entries)
      offsets.push_back(e.at.offset);
  });
  bool appended = false;
  b.log.append({"den", {}, {}, "bob", entry_kind::message, "needle", ""}, {},
               [&](const auto&) { appended = true; });
  const std::size_t until_appended = tasks_until(b, appended);
  CHECK(until_appended <= 2);
  CHECK_FALSE(done);
  const std::size_t slices = until_appended + tasks_until(b, done);
  CHECK(slices >= all / memory_journal::entries_at_once);
  CHECK(offsets == std::vector<std::uint64_t>{500, 1'000, 1'500, 2'000}); // not what came later
}

TEST_CASE("a search among long texts looks at fewer of them in each task") {
  bench b({});
  for (int i = 0; i < 100; ++i)
    b.append("den", std::string(5'000, 'x')); // of which 8 KiB hold one
  bool done = false;
  b.log.search({"den", {"needle"}, {}, {}, {}, 50}, [&](const auto&) { done = true; });
  CHECK(tasks_until(b, done) >= 100);
}

TEST_CASE("many searches of one asker do not hold up that of another") {
  bench b({});
  for (int i = 0; i < 1'000; ++i)
    b.append("long", "hay");
  b.append("short", "hay");
  for (int i = 0; i < 8; ++i)
    b.log.search({"long", {"needle"}, {}, {}, {}, 50}, [](const auto&) {});
  bool done = false;
  b.log.search({"short", {"hay"}, {}, {}, {}, 50}, [&](const auto&) { done = true; });
  CHECK(tasks_until(b, done) <= 2 * 9 + 1);
}

TEST_CASE("entries that are dropped during a search are not found, the others are") {
  bench b({.entries_per_room = 1'000});
  for (int i = 0; i < 1'000; ++i)
    b.append("den", "hay");
  std::optional<std::size_t> found;
  b.log.search({"den", {"hay"}, {}, {}, {}, 5'000},
               [&](const result<journal::hits>& h) { found = h.value().entries.size(); });
  b.tasks.run_one();
  for (int i = 0; i < 100; ++i)
    b.log.append({"den", {}, {}, "bob", entry_kind::message, "hay", ""}, {}, [](const auto&) {});
  b.tasks.run();
  CHECK(found == 900u);
}

TEST_CASE("a log that is given up during a search ends it with what was found") {
  bench b({.idle_rooms = 1});
  for (int i = 0; i < 1'000; ++i)
    b.append("den", "hay");
  std::optional<std::size_t> found;
  b.log.search({"den", {"hay"}, {}, {}, {}, 5'000},
               [&](const result<journal::hits>& h) { found = h.value().entries.size(); });
  b.tasks.run_one();
  b.log.append({"nook", {}, {}, "bob", entry_kind::message, "x", ""}, {}, [](const auto&) {});
  b.log.append({"den", {}, {}, "bob", entry_kind::message, "hay", ""}, {}, [](const auto&) {});
  b.tasks.run();
  CHECK(found == memory_journal::entries_at_once);
}

TEST_CASE("a search of a room that there is not is answered, and one may be the journal's end") {
  auto b = std::make_unique<bench>(memory_journal::bounds{});
  CHECK(search(*b, {"nowhere", {"x"}, {}, {}, {}, 50}).entries.empty());
  struct {
    test::task_queue tasks;
    std::optional<memory_journal> log;
  } all;
  all.log.emplace(all.tasks.later(), 7, memory_journal::bounds{});
  all.log->search({"den", {"x"}, {}, {}, {}, 50}, [&](const auto&) { all.log.reset(); });
  all.log->search({"den", {"x"}, {}, {}, {}, 50}, [](const auto&) { FAIL("there is no journal"); });
  all.tasks.run();
  CHECK_FALSE(all.log);
}

TEST_CASE("no append drops thousands of entries, though bounds over all are reached at once") {
  bench b({.bytes = 1'000'000});
  b.follow("long");
  b.follow("other");
  for (int i = 0; i < 5'000; ++i)
    b.append("long", "x");
  const auto kept = [&] {
    return b.read("long", {7, 0}).head.offset -
           b.read("long", {7, 0}).entries.front().what.at.offset;
  };
  std::uint64_t before = kept();
  for (int i = 0; i < 100; ++i) {
    b.append("other", std::string(30'000, 'x'));
    REQUIRE(before - kept() <= memory_journal::entries_at_once);
    before = kept();
  }
}

TEST_CASE("answers of one turn come by one task") {
  int posted = 0;
  test::task_queue tasks;
  memory_journal log(
      [&](std::function<void()> t) {
        ++posted;
        tasks.later()(std::move(t));
      },
      7, {});
  int answers = 0;
  for (int i = 0; i < 100; ++i) {
    log.append({"den", {}, {}, "alice", entry_kind::message, "x", ""}, {},
               [&](const auto&) { ++answers; });
  }
  CHECK(posted == 1);
  tasks.run();
  CHECK(answers == 100);
}
