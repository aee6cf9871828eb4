// A journal that was put back to an older state: that is known, and those who had read further are
// told, once, and go on from where it was cut.
#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/restore.hpp"
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/verify.hpp"
#include "journal/sqlite/witness.hpp"
#include "unit/journal/sqlite/golden_directory.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using log_is = journal::log_is;

namespace {

namespace fs = std::filesystem;

enum class state { restored, restored_by_hand, snapshot, snapshot_with_log };

struct world : test::store_world {
  void say_many(int count, const std::string& text) {
    for (int i = 0; i < count; ++i)
      say("den", text).value();
  }
  void copy(const std::string& from, const std::string& to) {
    for (const char* name : {"", "-wal", "-shm"}) {
      fs::remove(to + name);
      if (fs::exists(from + name)) fs::copy_file(from + name, to + name);
    }
  }
  position last() { return state("den").head; }
  bool told(std::string_view words) const {
    return std::ranges::any_of(reports,
                               [&](const std::string& r) { return r.find(words) != r.npos; });
  }
  /// Takes a copy of what is there, in the way of that state.
  void keep(::state how) {
    if (how == ::state::snapshot) close();
    if (how == ::state::snapshot || how == ::state::snapshot_with_log)
      copy(options.file.path, kept);
    else
      back_up(options.file, kept, *keys).value();
  }
  void put_back(::state how) {
    close();
    if (how == ::state::restored) {
      keys.reset();
      restore({kept, directory.string(), {master}, {}}).value();
      keys = key_ring::open(directory / "keys.db", {master}).value();
    } else {
      copy(kept, options.file.path);
    }
    time.advance(std::chrono::hours(1));
    time.set_wall(time.wall_now() + std::chrono::hours(1));
  }

  const std::string kept = directory / "kept.db";
};

/// The offsets of a page are these, without a gap.
void check_offsets(const journal::page& p, std::uint64_t first, std::uint64_t last) {
  REQUIRE(p.entries.size() == last + 1 - first);
  for (const journal::record& r : p.entries)
    CHECK(r.what.at.offset == first++);
}

} // namespace

TEST_CASE("a reader before or at the cut goes on, one beyond it is told, and goes on behind it",
          "[put back]") {
  const auto how = GENERATE(::state::restored, ::state::restored_by_hand, ::state::snapshot,
                            ::state::snapshot_with_log);
  world w;
  w.say_many(40, "early");
  const position before = w.last();
  w.say_many(60, "kept");
  const position at = w.last();
  w.keep(how);
  w.say_many(50, "lost");
  const position beyond = w.last();
  w.put_back(how);
  const std::size_t quiet = w.reports.size();
  // First nothing is said, then less than was lost, then more.
  for (const int more : {0, 20, 31}) {
    w.say_many(more, "new");
    const std::uint64_t head = w.last().offset;
    for (const bool with_tag : {true, false}) {
      const auto untagged = [&](position p) {
        if (!with_tag) p.tag = p.tag_offset = 0;
        return p;
      };
      INFO("head " << head << (with_tag ? " with" : " without") << " tags");
      for (const position& p : {untagged(before), untagged(at)}) {
        const journal::page page = w.read("den", p);
        CHECK(page.compared == log_is::as_known);
        CHECK_FALSE(page.gap);
        check_offsets(page, p.offset + 1, head);
      }
      const journal::page page = w.read("den", untagged(beyond));
      CHECK(page.compared == log_is::cut_back);
      check_offsets(page, at.offset + 1, head);
    }
    // Who has read little, but heard that the entry 150 is stored, is told, and misses nothing.
    const journal::page heard = w.read("den", {before.epoch, 40, beyond.tag, beyond.offset});
    CHECK(heard.compared == log_is::cut_back);
    check_offsets(heard, 41, head);
    // Who has been told of the cut is told nothing any more.
    CHECK(w.read("den", {w.last().epoch, at.offset}).compared == log_is::as_known);
  }
  CHECK(w.reports.size() == quiet + 1);
  CHECK(w.told("was put back to an older state"));
  // What came before keeps its epoch, and opens with it.
  const journal::page all = w.read("den");
  for (const journal::record& r : all.entries)
    CHECK((r.what.at.epoch == at.epoch) == (r.what.at.offset <= at.offset));
  CHECK(w.found({"den", {"early"}, {}, {}, {}, 100}).size() == 40);
  w.close();
  CHECK(verify(w.options.file, *w.keys).value().good());
  // It is told once: the next start knows of nothing.
  const std::uint64_t epoch = w.last().epoch;
  w.close();
  CHECK(w.last().epoch == epoch);
  CHECK(w.reports.size() == quiet + 1);
}

TEST_CASE("a directory that was stopped, killed or moved begins nothing", "[put back]") {
  world w;
  w.say_many(10, "x");
  const position last = w.last();
  SECTION("stopped") {
    w.close();
  }
  SECTION("killed: the witness is older, the log of the database is whole") {
    w.copy(w.options.file.path, w.kept);
    fs::copy_file(w.directory / "keys.db", w.directory / "keys.kept");
    w.say_many(10, "y");
    w.copy(w.options.file.path, w.kept);
    w.close();
    w.keys.reset();
    w.copy(w.kept, w.options.file.path);
    fs::rename(w.directory / "keys.kept", w.directory / "keys.db");
    w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
  }
  SECTION("moved") {
    w.close();
    w.keys.reset();
    const test::temp_directory other;
    for (const char* file : {"journal.db", "keys.db"}) {
      fs::copy_file(w.directory / file, other / file);
      fs::remove(w.directory / file);
      fs::copy_file(other / file, w.directory / file);
    }
    w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
  }
  SECTION("after a first start that ended at once") {
    world other;
    other.reopen();
    other.reopen();
    CHECK(other.reports.empty());
    w.close();
  }
  CHECK(w.last().epoch == last.epoch);
  CHECK(w.read("den", last).compared == log_is::as_known);
  CHECK(w.reports.empty());
}

TEST_CASE("a log that is put back again and again keeps the place of every reader", "[put back]") {
  world w;
  w.say_many(10, "x");
  std::vector<position> at{w.last()};
  w.keep(::state::snapshot);
  for (int round = 0; round < 5; ++round) {
    w.say_many(round + 1, "lost");
    w.put_back(::state::snapshot_with_log);
    w.say_many(10, "new");
    at.push_back(w.last());
    w.close();
    w.copy(w.options.file.path, w.kept);
  }
  const std::uint64_t head = w.last().offset;
  for (const position& p : at) {
    CHECK(w.read("den", p).compared == log_is::as_known);
    check_offsets(w.read("den", p), p.offset + 1, head);
    // Beyond what the log kept of that epoch.
    if (p.epoch == w.last().epoch) continue;
    CHECK(w.read("den", {p.epoch, p.offset + 1}).compared == log_is::cut_back);
    check_offsets(w.read("den", {p.epoch, p.offset + 1}), p.offset + 1, head);
  }
  CHECK(verify(w.options.file, *w.keys).value().good());
  // Retention forgets epochs with their entries.
  w.options.keep.entries = 5;
  w.reopen();
  w.tidy();
  w.say_many(1, "y");
  CHECK(w.read("den", at[1]).gap == w.last().offset - 4);
  w.sql("UPDATE rooms SET number=number");
  SQLite::Database db(w.options.file.path);
  CHECK(db.execAndGet("SELECT length(earlier) FROM rooms").getInt() < 12);
}

TEST_CASE("an id of before the cut is known by its place before the cut", "[put back]") {
  world w;
  w.say("den", "hello", "id-1");
  const position first = w.last();
  w.keep(::state::snapshot);
  w.say("den", "lost", "id-2");
  w.put_back(::state::snapshot);
  const operation again = w.apply(world::append_of("den", "hello", "id-1"));
  const auto& a = std::get<append_operation>(again.what);
  CHECK(a.duplicate);
  CHECK(a.draft.what.at == first);
  CHECK_FALSE(w.is_duplicate("den", "id-2"));
}

TEST_CASE("what was lost is counted from the cut, also of a log that was put back before",
          "[put back]") {
  world w;
  w.say_many(10, "x");
  w.keep(::state::restored);
  w.say_many(5, "lost");
  w.put_back(::state::restored);
  w.say_many(20, "new");
  w.close();
  w.keys.reset();
  const auto report = restore({w.kept, w.directory.string(), {w.master}, {}}).value();
  REQUIRE(report.lost.size() == 1);
  CHECK(report.lost[0].first == 11);
  CHECK(report.lost[0].last == 30);
}

TEST_CASE("a witness that was changed or taken out is told, and nobody relies on it",
          "[put back]") {
  world w;
  w.say_many(10, "x");
  const std::uint64_t epoch = w.last().epoch;
  w.close();
  w.keys.reset();
  {
    SQLite::Database db(w.directory / "keys.db", SQLite::OPEN_READWRITE);
    db.exec(GENERATE("UPDATE ring SET witness=x''", "UPDATE ring SET witness=zeroblob(120)",
                     "UPDATE ring SET witness=state"));
  }
  w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
  CHECK(w.last().epoch > epoch);
  CHECK(w.told("the witness in keys.db"));
  w.reopen();
  CHECK(w.reports.size() == 1);
}

TEST_CASE("the witness follows what is committed while the journal is in use", "[put back]") {
  world w;
  w.say_many(10, "x");
  const head_name now = w.store().head();
  const auto noted = [&] { return head_in_line(w.keys->witness().value().value(), *w.keys); };
  CHECK(noted().value() != now);
  {
    witness_keeper keeper(*w.keys, {}, std::chrono::milliseconds(1));
    keeper.committed(now);
    CHECK(keeper.newest() == now);
    while (noted().value() != now) {
    }
  }
  w.say_many(1, "y");
  w.close();
  CHECK(noted().value().number == now.number + 1);
}

TEST_CASE("an older ring that has all keys, and one that was changed, are told once",
          "[put back]") {
  world w;
  w.say_many(1, "x");
  w.say("nook", "x");
  w.close();
  std::string words;
  const bool by_copy = GENERATE(true, false);
  if (by_copy) {
    words = "is an older copy than the journal";
    w.keys.reset();
    fs::copy_file(w.directory / "keys.db", w.directory / "keys.kept");
    w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
    w.keys->destroy(w.keys->tag_of("nook")).value();
    w.say_many(1, "y");
    w.close();
    w.keys.reset();
    fs::rename(w.directory / "keys.kept", w.directory / "keys.db");
  } else {
    words = "or the marks of rooms that were erased";
    w.keys->destroy(w.keys->tag_of("nook")).value();
    w.reopen();
    w.close();
    w.keys.reset();
    SQLite::Database(w.directory / "keys.db", SQLite::OPEN_READWRITE)
        .exec("DELETE FROM keys WHERE wrapped IS NULL");
  }
  w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
  REQUIRE(verify(w.options.file, *w.keys).value().bad.size() == 1);
  CHECK(verify(w.options.file, *w.keys).value().bad.front().why.find(words) != std::string::npos);
  w.say_many(1, "z");
  CHECK(w.told(words));
  w.reopen();
  CHECK(w.reports.size() == 1);
  CHECK(verify(w.options.file, *w.keys).value().good());
}

TEST_CASE("a key ring that is changed beside the journal in use ends the acknowledgements",
          "[put back]") {
  world w;
  w.say("den", "x");
  w.close();
  fs::copy_file(w.directory / "keys.db", w.directory / "older");
  w.say("fresh", "x");
  w.tidy();
  w.keys->keep_witness("as every few seconds").value();
  w.tidy();
  CHECK(w.say("den", "y"));
  {
    std::ifstream from(w.directory / "older", std::ios::binary);
    std::ofstream to(w.directory / "keys.db", std::ios::binary | std::ios::trunc);
    to << from.rdbuf();
  }
  w.tidy();
  CHECK_FALSE(w.say("fresh", "y"));
  CHECK(w.told("has been changed by another program"));
}

TEST_CASE("a key ring with anything that asio-chatd does not make is not opened", "[put back]") {
  world w;
  w.say("den", "x");
  w.close();
  w.keys.reset();
  const auto [statement, words] = GENERATE(table<std::string, std::string>({
      {"CREATE TRIGGER t AFTER INSERT ON keys BEGIN SELECT 1; END", "has a trigger 't'"},
      {"CREATE TABLE saved (x)", "has a table 'saved'"},
      {"UPDATE keys SET number=number+4294967296 WHERE owner<>zeroblob(16)", "numbers of keys"},
  }));
  SQLite::Database(w.directory / "keys.db", SQLite::OPEN_READWRITE).exec(statement);
  const auto opened = key_ring::open(w.directory / "keys.db", {w.master});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().message.find(words) != std::string::npos);
}

TEST_CASE("where a restore was cut off no journal is begun", "[put back]") {
  world w;
  fs::create_directory(w.directory / "restore.unfinished");
  CHECK(w.open_failure().message.find("a restore was cut off") != std::string::npos);
  fs::remove(w.directory / "restore.unfinished");
  CHECK(w.say("den", "x"));
}

TEST_CASE("a backup of version 2 is restored beside keys that know of a head", "[put back]") {
  test::golden_directory d(2);
  d.close();
  fs::copy_file(d.options.file.path, d.directory / "backup");
  d.store();
  d.close();
  d.keys.reset();
  restore({d.directory / "backup", d.directory.string(), {d.master()}, {}}).value();
  d.keys = key_ring::open(d.directory / "keys.db", {d.master()}).value();
  d.store();
  CHECK(rooms_in(d.options.file, *d.keys).value().size() > 1);
  REQUIRE(d.reports.size() == 1);
  CHECK(d.reports.front().find("was put back to an older state") != std::string::npos);
}
