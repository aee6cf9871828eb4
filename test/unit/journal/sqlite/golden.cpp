// Data directories of every version of the journal, as the programs of their time have left them.
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/verify.hpp"
#include "model/references.hpp"
#include "unit/journal/sqlite/golden_directory.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::golden_directory;
using test::store_world;

namespace {

std::string referring(const entry& e) {
  if (e.refers.how == entry_reference::kind::none) return {};
  return fmt::format(" ({} {})", name_of(e.refers.how), e.refers.offset);
}

/// All that members can see, a line each, in the order of the rooms' names.
template <class World>
std::string told_by(World& w) {
  std::string all;
  for (const known_room& room : rooms_in(w.options.file, *w.keys).value()) {
    std::vector<operation> group;
    group.push_back({open_operation{room.name}});
    test::apply_all(w.store(), group);
    const auto topic = std::get<open_operation>(group.front().what).state.topic;
    all += fmt::format("#{}, {} entries, topic '{}'\n", room.name, room.entries(), topic);
    reader r(w.options.file, *w.keys, w.store().index(), {});
    const auto page =
        r.read(room.name, {{log_range::side::after, {}, 1'000'000}, std::size_t{1} << 30}).value();
    for (const journal::record& e : page.entries)
      all +=
          fmt::format("{} {} {}: {}{}\n", e.what.at.offset, e.what.time.time_since_epoch().count(),
                      e.what.from, e.what.text, referring(e.what));
  }
  for (const held_name& n : w.store().names_at_start())
    all += fmt::format("held: {}\n", n.name);
  auto people = w.store().people();
  std::ranges::sort(people, {}, &fact::key);
  for (const fact& f : people)
    all += fmt::format("known: {}\n", f.key);
  return all;
}

using table_texts = std::map<std::string, std::string>;

table_texts tables_in(const std::string& file) {
  SQLite::Database db(file);
  table_texts all;
  SQLite::Statement s(db, "SELECT name, coalesce(sql, '') FROM sqlite_schema");
  while (s.executeStep())
    all.emplace(s.getColumn(0).getString(), s.getColumn(1).getString());
  all.emplace("version", db.execAndGet("PRAGMA user_version").getString());
  return all;
}

/// Some of everything that a journal can have: rooms of several records, of several keys, of which
/// some is no longer kept, an erased one, destroyed texts, topics, ids, turns of time, names, an
/// index in several runs, entries that refer to others.
void fill(store_world& w) {
  w.options.index.entries = 16;
  w.options.keep.entries = 80;
  for (int i = 1; i <= 100; ++i) {
    w.time.advance(std::chrono::seconds(1));
    w.say("lobby", fmt::format("line {}, tea at {}", i, i % 7), fmt::format("id{}", i));
    if (i == 50) w.keys->renew().value();
    if (i == 60) w.time.set_wall(w.time.wall_now() - std::chrono::minutes(5));
    if (i % 10 == 0) w.say("den", fmt::format("café {}", i), fmt::format("phone-{}", i / 10));
    if (i % 30 == 0) w.say("cellar", "what nobody is to know");
    if (i % 20 == 0) w.tidy();
  }
  w.apply(store_world::append_of("den", "warm and dry", {}, entry_kind::topic));
  for (const auto how : {entry_reference::kind::edit, entry_reference::kind::removal,
                         entry_reference::kind::reply, entry_reference::kind::reaction,
                         entry_reference::kind::pin, entry_reference::kind::unpin}) {
    operation o = store_world::append_of("den", fmt::format("{} of line 2", name_of(how)));
    std::get<append_operation>(o.what).draft.what.refers = {how, 2};
    w.apply(std::move(o));
  }
  w.apply({destroy_operation{"den", {1}}});
  for (std::uint8_t who = 1; who <= 3; ++who) {
    held_name held;
    held.who = {who};
    held.name = fmt::format("member{}", who);
    if (who == 2) held.left = w.time.wall_now();
    w.apply({hold_operation{std::move(held)}});
  }
  w.apply(
      {keep_operation{{{fact_kind::account, "0a", "alice"}, {fact_kind::ban, "1", "mallory"}}}});
  w.close();
  w.keys->destroy(w.keys->tag_of("cellar")).value();
  w.keys->destroy_texts(w.keys->tag_of("den"), {.offsets = {{3, 4}}, .authors = {}}).value();
  w.store();
  w.tidy();
  w.close();
}

std::string hexadecimal(key_bytes bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

int current() {
  return journal_schema().version;
}

} // namespace

TEST_CASE("the data directory of every version is good, and says what it said in its time") {
  for (int version = 1; version <= current(); ++version) {
    INFO("version " << version);
    golden_directory d(version);
    CHECK(d.sql("PRAGMA user_version") == std::to_string(version));
    for (const auto& bad : verify(d.options.file, *d.keys).value().bad)
      FAIL_CHECK(bad.why);
    CHECK(told_by(d) == d.beside("history.txt"));
    CHECK(d.sql("PRAGMA user_version") == std::to_string(current()));
    d.tidy();
    d.close();
    CHECK(told_by(d) == d.beside("history.txt"));
    d.close();
    CHECK(verify(d.options.file, *d.keys).value().good());
    CHECK(d.reports.empty());
  }
}

TEST_CASE("a new journal has the tables of the golden directory of its version, and of no other") {
  // Who changes them adds a version, a migration to it, and a directory by the test case below.
  store_world w;
  w.store();
  w.close();
  const std::string golden =
      fmt::format("{}/test/golden/journal_v{}/", ASIO_CHAT_SOURCE_DIR, current());
  const test::temp_directory copied;
  for (const char* file : {"journal.db", "keys.db"}) {
    std::filesystem::copy_file(golden + file, copied / file);
    CHECK(tables_in(copied / file) == tables_in(w.directory / file));
  }
}

TEST_CASE("a directory that was migrated has the tables of a new one") {
  store_world w;
  w.store();
  w.close();
  for (int version = 1; version <= current(); ++version) {
    INFO("version " << version);
    golden_directory d(version);
    d.tidy();
    d.close();
    CHECK(tables_in(d.directory / "journal.db") == tables_in(w.directory / "journal.db"));
    CHECK(tables_in(d.directory / "keys.db") == tables_in(w.directory / "keys.db"));
  }
}

// Once for each version, before anything else is changed: GOLDEN_TO=test/golden unit_tests "..."
TEST_CASE("make the golden directory of this version", "[.make-golden]") {
  const char* to = std::getenv("GOLDEN_TO"); // NOLINT(concurrency-mt-unsafe): one thread
  REQUIRE(to);
  const std::string directory = fmt::format("{}/journal_v{}", to, current());
  std::filesystem::create_directory(directory);
  store_world w;
  fill(w);
  for (const char* file : {"journal.db", "keys.db"})
    std::filesystem::copy_file(w.directory / file, directory + "/" + file);
  std::ofstream(directory + "/history.txt") << told_by(w);
  std::ofstream(directory + "/master.key")
      << "# A fixture of tests, made up: with it opens the data directory that this version of "
         "the\n"
         "# journal has left. Nobody's messages are sealed by it, and nobody's may be.\n"
      << hexadecimal(w.master.bytes()) << '\n';
}
