// The tag of a position: it tells the log that a reader knew from an older copy that was put back
// and went on.

#include "journal/sqlite/reader.hpp"
#include "journal/sqlite/store.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_clock.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <set>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using log_is = journal::log_is;

namespace {

/// A data directory with a store and a reader, while they are there.
struct world {
  world() { start(); }

  void start() {
    keys = key_ring::open(directory / "keys.db", masters).value();
    logs = store::open({.file = file, .time = &time}, *keys).value();
    pages.emplace(file, *keys, no_index, [](severity, const std::string&) {});
  }
  void stop() {
    pages.reset();
    logs.reset();
    keys.reset();
  }
  /// All of them in one commit.
  /// @return the position of the last, as its author is told it
  position say(std::size_t entries, const std::string& text) {
    std::vector<operation> group(entries);
    for (operation& o : group)
      o.what = append_operation{{{"den", {}, noon, "ada", entry_kind::message, text, ""}, {1}}};
    test::apply_all(*logs, group);
    const auto& a = std::get<append_operation>(group.back().what);
    for (operation& o : group) {
      const position& at = std::get<append_operation>(o.what).draft.what.at;
      CHECK((at.tag != 0) == (&o == &group.back()));
      CHECK(std::get<append_operation>(o.what).tag == a.draft.what.at.tag);
    }
    return a.draft.what.at;
  }
  position head() {
    std::vector<operation> group(1);
    group[0].what = open_operation{"den"};
    test::apply_all(*logs, group);
    return std::get<open_operation>(group[0].what).state.head;
  }
  journal::page read(const position& after) {
    return pages->read("den", {{log_range::side::after, after, 1'000}}).value();
  }
  log_is compared(const position& after) { return read(after).compared; }
  /// The whole directory: nothing in it tells then.
  void copy(const char* from, const char* to) {
    for (const char* name : {"journal.db", "journal.db-wal", "journal.db-shm", "keys.db"}) {
      std::filesystem::remove(directory / (to + std::string(name)));
      if (const auto there = directory / (from + std::string(name)); std::filesystem::exists(there))
        std::filesystem::copy_file(there, directory / (to + std::string(name)));
    }
  }

  static constexpr wall_time noon{std::chrono::milliseconds(1'700'000'000'000)};
  test::temp_directory directory;
  database_file file{directory / "journal.db"};
  testing::manual_clock time;
  std::vector<secret_key> masters{secret_key::random()};
  search_index no_index{{}};
  std::unique_ptr<key_ring> keys;
  std::unique_ptr<store> logs;
  std::optional<reader> pages;
};

} // namespace

TEST_CASE("every log has tags of its own, which the log that it grows into has as well") {
  world w;
  std::set<std::uint64_t> tags;
  std::vector<position> told;
  for (std::size_t n = 1; n <= 20; ++n)
    told.push_back(w.say(n, "x"));
  for (const position& p : told) {
    tags.insert(p.tag);
    CHECK(p.tag_offset == p.offset);
    CHECK(w.compared(p) == log_is::as_known);
  }
  CHECK(tags.size() == told.size());
  CHECK(w.head().tag == told.back().tag);
  CHECK(w.head().tag_offset == told.back().offset);
  w.stop();
  w.start();
  CHECK(w.head().tag == told.back().tag);
  // Read back, the last entry of each commit has the tag that was told.
  std::size_t found = 0;
  for (const journal::record& r : w.read({}).entries) {
    const bool is_last = r.what.at == told[found];
    CHECK(r.what.at.tag == (is_last ? told[found++].tag : 0));
  }
  CHECK(found == told.size());
}

TEST_CASE("a position between those that have tags is proved by a later entry of its commit") {
  world w;
  w.say(3, "x");
  const position five = w.say(5, "x");
  CHECK(w.compared({five.epoch, five.offset - 2, five.tag, five.offset}) == log_is::as_known);
  CHECK(w.compared({five.epoch, five.offset - 2, five.tag, five.offset - 2}) == log_is::as_known);
  CHECK(w.compared({five.epoch, 2, five.tag, 3}) == log_is::another);
}

TEST_CASE(
    "an older copy that was put back and went on is another log for a reader who was beyond it") {
  world w;
  const position early = w.say(40, "x");
  w.say(60, "x");
  w.stop();
  w.copy("", "copy-");
  w.start();
  const position lost = w.say(50, "lost");
  REQUIRE(lost.offset == 150);
  w.stop();
  w.copy("copy-", "");
  w.start();
  const position at_the_cut = w.head();
  CHECK(w.compared(lost) == log_is::cut_back);
  w.say(51, "said instead");
  const journal::page page = w.read(lost);
  CHECK(page.compared == log_is::another);
  CHECK(page.entries.front().what.at.offset == 1);
  CHECK(page.entries.size() == 151);
  // Who had read no further than the copy misses nothing, and goes on.
  for (const position& p : {early, at_the_cut}) {
    CHECK(w.compared(p) == log_is::as_known);
    CHECK(w.read(p).entries.front().what.at.offset == p.offset + 1);
  }
  // Whoever has read little, but was told that what they said is stored, is not left in the dark.
  CHECK(w.compared({early.epoch, early.offset, lost.tag, lost.offset}) == log_is::another);
}

TEST_CASE("an entry that is no longer kept proves nothing, and a position without a tag neither") {
  world w;
  const position p = w.say(10, "x");
  CHECK(w.compared({p.epoch, 3}) == log_is::as_known);
  CHECK(w.compared({p.epoch + 1, 3, 0xabc, 3}) == log_is::another); // the epoch says it
  CHECK(w.compared({p.epoch, 10, 0xabc, 0}) == log_is::as_known);
}

TEST_CASE("a tag proves a position of an epoch that the log does not know") {
  world w;
  const position p = w.say(10, "x");
  CHECK(w.compared({p.epoch + 7, 4, p.tag, 10}) == log_is::as_known);
  CHECK(w.read({p.epoch + 7, 4, p.tag, 10}).entries.front().what.at.offset == 5);
  CHECK(w.compared({p.epoch + 7, 4, p.tag + 1, 10}) == log_is::another);
  CHECK(w.compared({p.epoch + 7, 4, p.tag, 3}) == log_is::another); // what follows 3 is not proved
}
