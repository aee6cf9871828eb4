// The head of the journal: what moves it, and what it has to do with an older one.
#include "journal/sqlite/head.hpp"

#include "journal/sqlite/state_check.hpp"
#include "journal/sqlite/verify.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::faulty_vfs;
using test::store_world;

namespace {

head_name head_in(store_world& w) {
  return head_of(w.options.file, *w.keys).value();
}

/// What `verify --since` says; empty: it has gone on from there.
std::string since(store_world& w, const head_name& older) {
  const auto report = verify(w.options.file, *w.keys, {}, older).value();
  return report.good() ? report.not_since : report.bad.front().why;
}

void restore(store_world& w, const std::string& copy) {
  w.close();
  std::filesystem::copy_file(w.directory / copy, w.options.file.path,
                             std::filesystem::copy_options::overwrite_existing);
}

void copy_to(store_world& w, const std::string& name) {
  w.close();
  std::filesystem::copy_file(w.options.file.path, w.directory / name);
}

void check_sums(store_world& w) {
  SQLite::Database db(w.options.file.path, SQLite::OPEN_READWRITE, 0, w.options.file.vfs);
  head_row head(*w.keys);
  head.load(db);
  for (const covered t : compare_tables(db, head, *w.keys, tables_read::all).changed)
    FAIL_CHECK(describe_change(t));
}

} // namespace

TEST_CASE("every commit that changes something moves the head, and nothing else does") {
  store_world w;
  w.say("den", "one");
  const head_name first = head_in(w);
  w.say("den", "two");
  const head_name second = head_in(w);
  CHECK(second.number == first.number + 1);
  CHECK(second.run == first.run);
  CHECK(second.value != first.value);
  w.tidy();
  w.texts("den");
  w.reopen();
  w.tidy();
  CHECK(head_in(w) == second);
  w.say("den", "three");
  CHECK(head_in(w).number == second.number + 1);
  CHECK(head_in(w).run != second.run);
}

TEST_CASE("a history that went on from a head says so, whatever retention and rebuilds took out") {
  store_world w;
  w.options.index.entries = 16;
  w.options.keep.entries = 20;
  w.say("den", "one");
  w.say("cellar", "to be erased");
  const head_name older = head_in(w);
  for (int i = 0; i < 200; ++i) {
    w.say("den", "text " + std::to_string(i));
    if (i % 20 == 0) w.reopen();
  }
  w.tidy();
  w.close();
  w.keys->destroy(w.keys->tag_of("cellar")).value();
  w.reopen();
  w.tidy();
  CHECK(since(w, older) == "");
  CHECK(since(w, head_in(w)) == "");
}

TEST_CASE("a history that was put back is behind, and another one once it goes on") {
  store_world w;
  w.say("den", "one");
  copy_to(w, "older.db");
  const head_name before = head_in(w);
  w.say("den", "two");
  const head_name lost = head_in(w);
  restore(w, "older.db");
  CHECK(since(w, before) == "");
  CHECK(since(w, lost).find("it ends before the head") == 0);
  w.say("den", "another two");
  CHECK(since(w, lost).find("it did not go on from the head") == 0);
  for (int i = 0; i < 5; ++i)
    w.say("den", "more");
  CHECK(since(w, lost).find("it did not go on from the head") == 0);
  CHECK(since(w, before) == "");
}

TEST_CASE("starts that are remembered are bounded, a head from before them is not known") {
  store_world w;
  w.say("den", "one");
  const head_name oldest = head_in(w);
  w.close();
  SQLite::Database db(w.options.file.path, SQLite::OPEN_READWRITE);
  head_row head(*w.keys);
  head.load(db);
  db.exec("BEGIN");
  for (int i = 0; i < head_row::max_starts; ++i)
    head.move(db, draw_run());
  db.exec("COMMIT");
  CHECK(db.execAndGet("SELECT count(*) FROM starts").getInt() == head_row::max_starts);
  check_sums(w);
  CHECK(since(w, oldest).find("the head given with --since is older") == 0);
}

TEST_CASE("a head is a line, which is taken as a whole or not at all") {
  store_world w;
  w.say("den", "one");
  const head_name h = head_in(w);
  const std::string line = to_line(h, *w.keys);
  CHECK(head_in_line(line, *w.keys).value() == h);
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string wrong = line;
    wrong[i] = wrong[i] == '7' ? '8' : '7';
    CHECK_FALSE(head_in_line(wrong, *w.keys).has_value());
    CHECK_FALSE(head_in_line(line.substr(0, i), *w.keys).has_value());
  }
  CHECK_FALSE(head_in_line(line + "0", *w.keys).has_value());
  CHECK_FALSE(head_in_line("", *w.keys).has_value());
  CHECK_FALSE(head_in_line("-", *w.keys).has_value());
  const auto others = key_ring::open(w.directory / "others.db", {w.master}).value();
  CHECK_FALSE(head_in_line(line, *others).has_value());
}

TEST_CASE("sums follow whatever is done, also when the disk fails in the middle of it") {
  faulty_vfs disk;
  store_world w(disk.name());
  w.options.index.entries = 12;
  w.options.keep.entries = 30;
  std::mt19937 random(4'711);
  for (int round = 0; round < 300; ++round) {
    w.store();
    if (round % 5 == 0) {
      disk.set_fault([left = random() % 12](faulty_vfs::call c, const std::string&) mutable {
        if (c == faulty_vfs::call::read || c == faulty_vfs::call::open) return SQLITE_OK;
        return left-- == 0 ? SQLITE_IOERR : SQLITE_OK;
      });
    }
    w.say("room" + std::to_string(random() % 4), "text " + std::to_string(round));
    if (random() % 8 == 0) w.time.set_wall(w.time.wall_now() - std::chrono::seconds(9));
    if (random() % 3 == 0) {
      held_name held;
      held.who = {static_cast<std::uint8_t>(random() % 3)};
      held.name = "someone";
      w.apply({hold_operation{held}});
    }
    if (random() % 4 == 0) w.apply({release_operation{{static_cast<std::uint8_t>(random() % 3)}}});
    w.time.advance(std::chrono::minutes(2));
    w.tidy();
    disk.repair();
    w.say("room0", "works again");
    if (random() % 10 == 0) w.reopen();
    check_sums(w);
  }
  w.close();
  for (const auto& bad : verify(w.options.file, *w.keys).value().bad)
    FAIL_CHECK(bad.room << " " << bad.first << ": " << bad.why);
}
