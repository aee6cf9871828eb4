// The database as one state: what is changed behind the head's back is named.
#include "journal/sqlite/state_check.hpp"

#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/start_checks.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <filesystem>
#include <set>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::store_world;

namespace {

constexpr const char* change_byte = "CAST(substr({0}, 1, length({0})-1) || CASE WHEN substr({0}, "
                                    "-1)=x'00' THEN x'01' ELSE x'00' END "
                                    "AS BLOB)";

std::string changed(const std::string& column) {
  return fmt::format(fmt::runtime(change_byte), column);
}

/// Rooms, names, an index, a turn of time.
struct house : store_world {
  house() {
    options.index.entries = 8;
    for (int i = 1; i <= 20; ++i)
      say(i % 3 == 0 ? "den" : "lobby", fmt::format("tea number {}", i), std::to_string(i));
    time.set_wall(time.wall_now() - std::chrono::minutes(5));
    say("lobby", "earlier");
    hold(1, "alice");
    hold(2, "bob");
    tidy();
    close();
  }
  void hold(std::uint8_t who, std::string name) {
    held_name held;
    held.who = {who};
    held.name = std::move(name);
    apply({hold_operation{std::move(held)}});
  }
  void copy_to(const std::string& name) const {
    std::filesystem::copy_file(options.file.path, directory / name,
                               std::filesystem::copy_options::overwrite_existing);
  }
  /// Rows of an older copy take the place of those in the file.
  void put_back(const std::string& statements) {
    sql("ATTACH '" + (directory / "older.db") + "' AS older; " + statements);
  }
  std::string verified() {
    close();
    const auto report = verify(options.file, *keys).value();
    std::string all;
    for (const auto& bad : report.bad)
      all += (all.empty() ? "" : "; ") + bad.why;
    return all;
  }
  std::string checked() {
    auto told = check_journal(options.file, *keys, false);
    if (!told) return told.error().message;
    return told->empty() ? "" : told->front();
  }
  /// What a start says: why it fails, or what it tells.
  std::string started() {
    reports.clear();
    auto opened = sqlite::store::open(options, *keys);
    if (!opened) return opened.error().message;
    (*opened)->recall();
    return reports.empty() ? "" : reports.front();
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("what is changed in the journal is named by verify, by a check and by a start") {
  house w;
  const auto [statement, named] = GENERATE(table<std::string, std::string>({
      {"UPDATE house SET rooms=3", "rooms"},
      {"DELETE FROM house", "count of its rooms"},
      {"DELETE FROM rooms WHERE number=2", "its rooms are not as they were written"},
      {"DELETE FROM records; DELETE FROM rooms; DELETE FROM house", "count of its rooms"},
      {"UPDATE names SET left_at=5 WHERE rowid_is_none", "names that are held"},
      {"DELETE FROM names WHERE who=(SELECT max(who) FROM names)", "names that are held"},
      {"DELETE FROM turns", "where the clock was set back"},
      {"UPDATE turns SET place=place-1", "where the clock was set back"},
      {"INSERT INTO turns VALUES (5)", "where the clock was set back"},
      {"DELETE FROM starts", "list of starts"},
      {"UPDATE starts SET number=number+100", "list of starts"},
      {"DELETE FROM search_runs", "search index is not as it was written"},
      {"DELETE FROM search_rows", "search index is not as it was written"},
      {"UPDATE search_rows SET postings=x''", "search index is not as it was written"},
      {"UPDATE search_rows SET id=id+100", "search index is not as it was written"},
      {"UPDATE search_runs SET first=first+1", "search index is not as it was written"},
      {"INSERT INTO search_backlog VALUES (1, 5)", "search index is not as it was written"},
      {"DELETE FROM head", "its head"},
      {"UPDATE head SET state=" + changed("state"), "its head"},
      {"CREATE TRIGGER t AFTER INSERT ON records BEGIN DELETE FROM names; END", "a trigger 't'"},
      {"CREATE TABLE more (x)", "a table 'more'"},
      {"CREATE INDEX i ON records (last)", "a index 'i'"},
      {"CREATE VIEW v AS SELECT 1", "a view 'v'"},
      {"DROP TABLE turns; CREATE TABLE turns (place INTEGER PRIMARY KEY)",
       "table turns has been changed"},
      {"DROP TABLE names", "table names has been taken out"},
      {"PRAGMA user_version=2", "it says that it is of version 2"},
      {"DROP TABLE head; DROP TABLE starts; PRAGMA user_version=2", "has no head"},
      {"DROP TABLE head; DROP TABLE starts; PRAGMA user_version=1", "has no head"},
  }));
  CAPTURE(statement);
  w.sql(has(statement, "rowid_is_none")
            ? "UPDATE names SET left_at=5 WHERE who=(SELECT min(who) FROM names)"
            : statement);
  // An older version is no fault of a backup; a start knows what the directory had.
  if (!has(named, "no head") && !has(named, "it says")) CHECK(has(w.verified(), named));
  CHECK(has(w.checked(), named));
  CHECK(has(w.started(), named));
}

TEST_CASE("rows that were put back from an older copy are named") {
  house w;
  w.copy_to("older.db");
  w.say("den", "newer");
  w.say("attic", "a new room");
  w.hold(1, "carol");
  w.tidy();
  w.close();
  const auto [statements, named] = GENERATE(table<std::string, std::string>({
      // One room, with all that belongs to it.
      {"DELETE FROM rooms WHERE number=2; DELETE FROM records WHERE place>>40=2;"
       "INSERT INTO rooms SELECT * FROM older.rooms WHERE number=2;"
       "INSERT INTO records SELECT * FROM older.records WHERE place>>40=2",
       "its rooms are not as they were written"},
      // The newest room, and the count of rooms as it was before.
      {"DELETE FROM rooms WHERE number=3; DELETE FROM records WHERE place>>40=3; DELETE FROM house;"
       "INSERT INTO house SELECT * FROM older.house",
       "count of its rooms"},
      {"DELETE FROM names; INSERT INTO names SELECT * FROM older.names", "names that are held"},
      {"DELETE FROM head; INSERT INTO head SELECT * FROM older.head",
       "are not as they were written last"},
      {"DELETE FROM starts; INSERT INTO starts SELECT * FROM older.starts", "list of starts"},
  }));
  CAPTURE(statements);
  w.put_back(statements);
  const std::string verified = w.verified();
  CAPTURE(verified);
  if (has(statements, "older.head")) {
    CHECK(verified != "");
    CHECK(w.checked() != "");
    CHECK(w.started() != "");
    return;
  }
  CHECK(has(verified, named));
  CHECK(has(w.checked(), named));
  CHECK(has(w.started(), named));
}

TEST_CASE("a search index that was changed is made anew, and then finds all there is") {
  house w;
  w.sql(GENERATE(as<std::string>(), "DELETE FROM search_runs",
                 "UPDATE search_rows SET postings=x''"));
  w.reports.clear();
  w.tidy();
  REQUIRE(w.reports.size() >= 1);
  CHECK(has(w.reports.front(), "the index is made anew"));
  CHECK(w.found({"den", {"tea"}, {}, {}, {}, 100}).size() == 6);
  CHECK(w.verified() == "");
  CHECK(w.started() == "");
}

TEST_CASE("names that were changed are told once, and held as they are") {
  house w;
  w.sql("DELETE FROM names WHERE who=(SELECT max(who) FROM names)");
  CHECK(has(w.started(), "names that are held"));
  CHECK(w.started() == "");
  CHECK(w.verified() == "");
}

TEST_CASE(
    "a room whose row shows that it was changed is closed alone, whatever of it was changed") {
  house w;
  const std::string column = GENERATE(as<std::string>(), "chain", "name");
  w.sql("UPDATE rooms SET " + column + "=" + changed(column) + " WHERE number=2");
  CHECK(has(w.started(), "is closed"));
  w.reports.clear();
  CHECK(w.say("lobby", "still here"));
  w.close();
  CHECK(has(w.started(), "is closed"));
  CHECK(has(w.verified(), "the row of room 2"));
}

TEST_CASE("a room that was put back is named though another one shows that it was changed") {
  house w;
  w.copy_to("older.db");
  w.say("den", "newer");
  w.close();
  w.put_back("DELETE FROM rooms WHERE number=2; DELETE FROM records WHERE place>>40=2;"
             "INSERT INTO rooms SELECT * FROM older.rooms WHERE number=2;"
             "INSERT INTO records SELECT * FROM older.records WHERE place>>40=2;"
             "UPDATE rooms SET mac=" +
             changed("mac") + " WHERE number=1");
  CHECK(has(w.started(), "its rooms are not as they were written last"));
}

TEST_CASE("a journal is taken as it is where the operator begins anew") {
  house w;
  w.sql(GENERATE(as<std::string>(), "DELETE FROM turns", "DELETE FROM head",
                 "DROP TABLE head; DROP TABLE starts; PRAGMA user_version=2"));
  CHECK(w.started() != "");
  w.options.begin_anew = true;
  static_cast<void>(w.started());
  w.options.begin_anew = false;
  CHECK(w.started() == "");
  CHECK(w.verified() == "");
  CHECK(w.texts("den").size() == 6);
}

TEST_CASE("a key ring put back to before the journal had a head does not open") {
  house w;
  w.keys.reset();
  {
    SQLite::Database ring(w.directory / "keys.db", SQLite::OPEN_READWRITE);
    ring.exec("PRAGMA user_version=2");
  }
  CHECK_FALSE(key_ring::open(w.directory / "keys.db", {w.master}).has_value());
}

TEST_CASE("what another program writes while the store is open ends the acknowledgements") {
  house w;
  w.store();
  const std::string statement =
      GENERATE(as<std::string>(), "DELETE FROM turns",
               "UPDATE names SET left_at=5 WHERE who=(SELECT min(who) FROM names)",
               "DELETE FROM head", "CREATE TABLE more (x)");
  SQLite::Database other(w.options.file.path, SQLite::OPEN_READWRITE);
  other.exec(statement);
  CHECK_FALSE(w.say("den", "lost"));
  CHECK_FALSE(w.say("den", "lost as well, on another connection"));
  REQUIRE(!w.reports.empty());
  CHECK(has(w.reports.front(), "another program has changed it"));
}

TEST_CASE("a checkpoint of another program is no change") {
  house w;
  w.say("den", "something in the log");
  SQLite::Database other(w.options.file.path, SQLite::OPEN_READWRITE);
  other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  CHECK(w.say("den", "as before"));
  other.exec("PRAGMA wal_checkpoint(RESTART)");
  CHECK(w.say("den", "as before"));
  CHECK(w.reports.empty());
}

TEST_CASE("a table that the head does not cover is one that this test knows") {
  // Who adds a table names it in `covered`, or says here why nothing has to cover it.
  store_world w;
  w.store();
  w.close();
  std::set<std::string> known{"head", "records"}; // by its seal; by the chains of the rooms
  for (const covered_table& t : covered_tables)
    known.insert(t.name);
  SQLite::Database db(w.options.file.path);
  SQLite::Statement tables(db, "SELECT name FROM sqlite_schema WHERE type='table'");
  while (tables.executeStep()) {
    CAPTURE(tables.getColumn(0).getString());
    CHECK(known.contains(tables.getColumn(0).getString()));
  }
}

TEST_CASE("every column of a covered table is part of its sum") {
  store_world w;
  w.store();
  w.close();
  SQLite::Database db(w.options.file.path);
  for (const covered_table& t : covered_tables) {
    if (t.name == std::string("rooms")) continue; // its MAC is over all columns
    SQLite::Statement columns(db, "SELECT name FROM pragma_table_info(?)");
    columns.bind(1, t.name);
    std::string all;
    while (columns.executeStep())
      all += (all.empty() ? "" : ", ") + columns.getColumn(0).getString();
    CHECK(all == t.columns);
  }
}

TEST_CASE(
    "a row whose MAC was changed gets its own back: no older row can be put in after a start") {
  house w;
  w.copy_to("older.db");
  w.say("den", "newer");
  w.close();
  w.put_back("UPDATE rooms SET mac=(SELECT mac FROM older.rooms WHERE number=2) WHERE number=2");
  CHECK(has(w.checked(), "it is put right"));
  CHECK(has(w.started(), "it is put right"));
  w.say("lobby", "meanwhile");
  w.close();
  CHECK(w.verified() == "");
  w.put_back("DELETE FROM rooms WHERE number=2; DELETE FROM records WHERE place>>40=2;"
             "INSERT INTO rooms SELECT * FROM older.rooms WHERE number=2;"
             "INSERT INTO records SELECT * FROM older.records WHERE place>>40=2");
  CHECK(has(w.started(), "its rooms are not as they were written last"));
  CHECK(has(w.verified(), "its rooms are not as they were written last"));
}

TEST_CASE("what hides rooms, or belongs to none, stops a start and is named by verify") {
  house w;
  SECTION("records of a room that is still to come") {
    w.sql("INSERT INTO records SELECT (3<<40)|1, 1, time, key, chain, ids, sealed FROM records "
          "LIMIT 1");
    CHECK(has(w.started(), "of a room that does not exist"));
    CHECK(has(w.verified(), "of a room that does not exist"));
  }
  SECTION("the index of rooms is another one's") {
    w.sql("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage=(SELECT rootpage FROM "
          "sqlite_schema WHERE name='search_backlog') WHERE name='sqlite_autoindex_rooms_1'");
    CHECK(w.started() != "");
    CHECK(w.verified() != "");
  }
  SECTION("a table with the name of one that a rebuild leaves") {
    w.sql("CREATE TABLE search_rows_old (x)");
    CHECK(has(w.started(), "search_rows_old"));
    CHECK(has(w.verified(), "search_rows_old"));
  }
  SECTION("keys of records and rooms, 2^32 further") {
    w.sql("UPDATE records SET key=key+4294967296; UPDATE rooms SET key=key+8589934592");
    CHECK(has(w.started(), "is closed"));
    CHECK(w.verified() != "");
  }
  SECTION("the version, lowered") {
    w.sql("PRAGMA user_version=" + GENERATE(as<std::string>(), "2", "0", "-5"));
    CHECK(has(w.started(), "it says that it is of version"));
    CHECK(has(verify(w.options.file, *w.keys).error().message, "it says that it is of version"));
  }
}

TEST_CASE("a name that was copied into another row closes that row's room, and no other") {
  house w;
  w.sql("UPDATE rooms SET name=(SELECT name FROM rooms WHERE number=1) WHERE number=2");
  CHECK(has(w.started(), "Room 2 of the journal is closed"));
  CHECK(w.say("lobby", "as before"));
  CHECK_FALSE(w.say("den", "lost"));
  w.close();
  // Its name is known to who knows it.
  w.keys.reset();
  REQUIRE(erase_room(w.directory.string(), {w.master}, "den").has_value());
  w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
  CHECK(w.started() == "");
  CHECK(w.say("den", "anew"));
  CHECK(w.texts("den") == std::vector<std::string>{"anew"});
  w.close();
  CHECK(w.verified() == "");
}

TEST_CASE("a room that was taken out leaves a place that the operator may begin anew") {
  house w;
  w.say("attic", "as before");
  const head_name before = w.store().head();
  w.sql(GENERATE(as<std::string>(), "DELETE FROM rooms WHERE number=2", "DELETE FROM house"));
  CHECK(w.started() != "");
  w.options.begin_anew = true;
  static_cast<void>(w.started());
  w.options.begin_anew = false;
  CHECK(w.started() == "");
  CHECK(w.texts("attic") == std::vector<std::string>{"as before"});
  CHECK(w.say("cellar", "new"));
  w.close();
  CHECK(w.verified() == "");
  const auto since = verify(w.options.file, *w.keys, {}, before).value();
  CHECK(since.good());
  CHECK(has(since.not_since, "nothing tells whether"));
}
