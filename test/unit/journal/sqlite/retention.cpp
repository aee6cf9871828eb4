#include "journal/sqlite/verify.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::faulty_vfs;
using test::store_world;

namespace {

int records(const store_world& w) {
  SQLite::Database db(w.options.file.path);
  return db.execAndGet("SELECT count(*) FROM records").getInt();
}

std::uint64_t first_of(store_world& w) {
  const auto page = w.read("den");
  return page.entries.empty() ? 0 : page.entries.front().what.at.offset;
}

search_query about(std::string word) {
  search_query q;
  q.room = "den";
  q.words = {std::move(word)};
  return q;
}

void check_whole(store_world& w) {
  const auto report = verify(w.options.file, *w.keys).value();
  CHECK(report.good());
}

/// Until the next sweep.
void sweep(store_world& w) {
  w.time.advance(std::chrono::minutes(1));
  w.tidy();
}

} // namespace

TEST_CASE("so many entries are shown, to the entry, and what is over goes with its record") {
  store_world w;
  w.options.keep.entries = 10;
  w.tidy();
  for (int i = 1; i <= 5; ++i) {
    std::vector<operation> group;
    for (int n = 0; n < 4; ++n)
      group.push_back(w.append_of("den", "x"));
    w.apply(std::move(group));
  }
  CHECK(first_of(w) == 11);
  CHECK(w.read("den", {w.state("den").head.epoch, 2}).gap == 11);
  CHECK(records(w) == 5);
  sweep(w);
  CHECK(records(w) == 3); // 11 and 12 are in the record of 9 to 12
  CHECK(first_of(w) == 11);
  check_whole(w);
  w.reopen();
  CHECK(first_of(w) == 11);
  CHECK(w.say("den", "x").value().offset == 21);
  CHECK(first_of(w) == 12);
}

TEST_CASE("fewer entries than before are kept in rooms where nobody says anything, too") {
  store_world w;
  for (int i = 1; i <= 20; ++i)
    w.say("den", "word" + std::to_string(i));
  std::vector<operation> group;
  for (int i = 0; i < 8; ++i)
    group.push_back(w.append_of("nook", "x"));
  w.apply(std::move(group)); // one record
  w.options.keep.entries = 5;
  w.reopen();
  w.tidy();
  CHECK(records(w) == 5 + 1);
  CHECK(first_of(w) == 16);
  CHECK(w.read("nook").entries.size() == 5); // to the entry
  CHECK(w.found(about("word3")).empty());
  CHECK(w.found(about("word20")) == std::vector<std::string>{"word20"});
  check_whole(w);
  w.reopen();
  CHECK(first_of(w) == 16);
  CHECK(w.say("den", "x").value().offset == 21);
  check_whole(w);
}

TEST_CASE("power that goes while records are taken out leaves all of them, or none") {
  for (int calls = 0;; ++calls) {
    faulty_vfs disk;
    store_world w(disk.name());
    for (int i = 0; i < 20; ++i)
      w.say("den", "x");
    w.options.keep.entries = 5;
    w.reopen();
    bool went = false;
    disk.set_fault([left = calls, &went](faulty_vfs::call c, const std::string&) mutable {
      if (c == faulty_vfs::call::read || c == faulty_vfs::call::open || left-- > 0)
        return SQLITE_OK;
      went = true;
      return SQLITE_IOERR;
    });
    w.tidy();
    disk.cut_power();
    w.close();
    disk.repair();
    disk.restore_power([] { return true; });
    CAPTURE(calls);
    check_whole(w);
    w.store();
    CHECK(w.reports.size() <= 1);
    if (!went) break;
  }
}

TEST_CASE("a room that is far over its bounds does not wait for the sweep") {
  store_world w;
  w.options.keep.entries = 100;
  w.tidy();
  for (int i = 0; i < 164; ++i) {
    w.say("den", "x");
    w.tidy();
  }
  CHECK(records(w) == 164);
  w.say("den", "x");
  w.tidy();
  CHECK(records(w) == 100);
  check_whole(w);
}

TEST_CASE("so many bytes are kept, and the newest record in any case") {
  store_world w;
  w.options.keep.bytes = 10'000;
  w.tidy();
  for (int i = 0; i < 50; ++i)
    w.say("den", std::string(1'000, 'x'));
  sweep(w);
  CHECK(records(w) == 9);
  CHECK(first_of(w) == 42);
  w.say("den", std::string(30'000, 'x'));
  sweep(w);
  CHECK(records(w) == 1);
  CHECK(first_of(w) == 51);
  check_whole(w);
}

TEST_CASE("old entries go, though nobody says anything") {
  store_world w;
  w.options.keep.age = std::chrono::hours(1);
  w.say("den", "one");
  w.say("nook", "one");
  w.time.advance(std::chrono::minutes(30));
  const position last = w.say("den", "two").value();
  w.tidy();
  CHECK(first_of(w) == 1);
  w.time.advance(std::chrono::minutes(29));
  sweep(w);
  CHECK(first_of(w) == 2);
  CHECK(w.read("nook").entries.empty());
  w.time.advance(std::chrono::hours(1));
  sweep(w);
  CHECK(w.read("den").entries.empty());
  CHECK(records(w) == 0);
  check_whole(w);
  // The log goes on where it was.
  w.reopen();
  CHECK(w.state("den").head == last);
  CHECK(w.read("den", {last.epoch, 1}).gap == 3);
  CHECK(w.say("den", "three") == position{last.epoch, 3});
  check_whole(w);
}

TEST_CASE("a clock that jumps ahead makes nothing old before it has stood for a day") {
  constexpr std::chrono::hours years(24 * 3650);
  store_world w;
  w.options.keep.age = std::chrono::hours(24 * 30);
  w.say("den", "one");
  w.tidy();
  const wall_time right = w.time.wall_now();
  if (GENERATE(false, true)) w.close(); // while the store is open, or while it is not
  w.time.set_wall(right + years);
  for (int hour = 0; hour < 23; ++hour) {
    w.time.advance(std::chrono::hours(1));
    w.tidy();
  }
  CHECK(first_of(w) == 1);
  SECTION("it is set right within the day, and nothing has happened") {
    w.time.set_wall(right + std::chrono::hours(23));
    for (int hour = 0; hour < 48; ++hour) {
      w.time.advance(std::chrono::hours(1));
      w.tidy();
    }
    CHECK(first_of(w) == 1);
  }
  SECTION("it stays so, and is right then") {
    w.time.advance(std::chrono::hours(2));
    w.tidy();
    CHECK(first_of(w) == 0);
  }
}

TEST_CASE("what was said while the clock was wrong goes with what was said next") {
  constexpr std::chrono::hours years(24 * 3650);
  store_world w;
  w.options.keep.age = std::chrono::hours(24 * 30);
  w.say("den", "one");
  w.tidy();
  const wall_time right = w.time.wall_now();
  w.time.set_wall(right + years);
  w.say("den", "two");
  w.say("den", "three");
  w.time.set_wall(right - years);
  w.say("den", "four");
  w.time.set_wall(right);
  w.time.advance(std::chrono::hours(24));
  w.say("den", "five");
  w.tidy();
  CHECK(first_of(w) == 1);
  w.time.advance(std::chrono::hours(24 * 29));
  sweep(w);
  // What was said ten years ahead is as old as what was said ten years behind, and it goes as well.
  CHECK(first_of(w) == 5);
  w.time.advance(std::chrono::hours(24));
  sweep(w);
  CHECK(first_of(w) == 0);
  check_whole(w);
}

TEST_CASE("what was said with the clock ahead does not keep what follows for years") {
  store_world w;
  w.options.keep.age = std::chrono::hours(24 * 30);
  const wall_time right = w.time.wall_now();
  w.time.set_wall(right + std::chrono::hours(24 * 3650));
  w.say("den", "one");
  CHECK(first_of(w) == 1);
  w.time.set_wall(right);
  w.say("den", "two");
  w.tidy();
  w.time.advance(std::chrono::hours(24 * 29));
  sweep(w);
  CHECK(first_of(w) == 1);
  w.time.advance(std::chrono::hours(24));
  sweep(w);
  CHECK(first_of(w) == 0);
}

TEST_CASE("much that is due goes in parts, so that nobody waits long") {
  store_world w;
  w.options.keep.age = std::chrono::hours(1);
  for (int i = 0; i < 1'200; ++i)
    w.say("den", "x");
  for (int i = 0; i < 200; ++i)
    w.say("room-" + std::to_string(i), "x");
  w.time.advance(std::chrono::hours(2));
  CHECK(w.store().tidy());
  CHECK(records(w) > 700);
  w.tidy();
  CHECK(records(w) == 0);
  check_whole(w);
}

TEST_CASE("an id that is sent again is known though its entry is gone") {
  store_world w;
  w.options.keep.entries = 5;
  w.say("den", "x", "id");
  for (int i = 0; i < 20; ++i)
    w.say("den", "x");
  sweep(w);
  CHECK(w.is_duplicate("den", "id"));
}

TEST_CASE("search does not find what is no longer shown") {
  store_world w;
  w.options.keep.entries = 5;
  w.options.index.entries = 4;
  for (int i = 0; i < 20; ++i) {
    w.say("den", "tea " + std::to_string(i));
    w.tidy();
  }
  sweep(w);
  CHECK(w.found({"den", {"tea"}, {}, {}, {}}).size() == 5);
}
