#include "journal/sqlite/schema.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <SQLiteCpp/Statement.h>

#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

struct migrating {
  test::temp_directory directory;
  database_file file{directory / "journal.db"};
  int steps_run = 0;

  schema at(int version) {
    schema s{.application_id = 1,
             .version = version,
             .create = [](SQLite::Database& db) { db.exec("CREATE TABLE t (v INTEGER)"); },
             .steps = {}};
    for (int to = 2; to <= version; ++to) {
      s.steps.push_back({to, [this, to](SQLite::Database& db) {
                           db.exec("INSERT INTO t VALUES (" + std::to_string(to) + ")");
                           ++steps_run;
                         }});
    }
    return s;
  }
  result<void> open(const schema& s) {
    SQLite::Database db(file.path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    db.exec("PRAGMA journal_mode=WAL");
    return bring_up_to_date(db, file, s);
  }
  static std::string content(const std::string& path) {
    SQLite::Database db(path);
    return db.execAndGet("SELECT coalesce(group_concat(v), '') FROM t").getString() + " v" +
           db.execAndGet("PRAGMA user_version").getString();
  }
  std::string content() const { return content(file.path); }
};

} // namespace

TEST_CASE("a new database is of the newest version, without a step") {
  migrating m;
  CHECK(m.open(m.at(3)).has_value());
  CHECK(m.content() == " v3");
  CHECK(m.steps_run == 0);
}

TEST_CASE("the steps that are missing run in order, once, after a copy") {
  migrating m;
  m.open(m.at(2)).value();
  CHECK(m.open(m.at(4)).has_value());
  CHECK(m.content() == "3,4 v4");
  CHECK(migrating::content(m.file.path + ".before-v4") == " v2");
  CHECK(m.open(m.at(4)).has_value());
  CHECK(m.steps_run == 2);
  const auto mode = std::filesystem::status(m.file.path + ".before-v4").permissions();
  CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("a step that fails changes nothing, and says what failed") {
  migrating m;
  m.open(m.at(1)).value();
  schema s = m.at(3);
  s.steps[1].run = [](SQLite::Database& db) { db.exec("INSERT INTO nowhere VALUES (1)"); };
  const auto failed = m.open(s);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().message ==
        "the journal '" + m.file.path +
            "' cannot be brought from version 1 to 3 (no such table: nowhere on the way to 3): "
            "nothing has been changed; use the program that made it");
  CHECK(m.content() == " v1");
  CHECK(m.open(m.at(3)).has_value()); // a better program
  CHECK(m.content() == "2,3 v3");
}

TEST_CASE("without a copy nothing is changed") {
  migrating m;
  m.open(m.at(1)).value();
  std::filesystem::create_directories(m.file.path + ".before-v2.unfinished/x");
  CHECK_FALSE(m.open(m.at(2)).has_value());
  CHECK(m.content() == " v1");
  CHECK(m.steps_run == 0);
}

TEST_CASE("the journal's steps lead to its version, one by one") {
  const schema s = journal_schema();
  CHECK(s.steps.size() == static_cast<std::size_t>(s.version - 1));
  for (std::size_t i = 0; i < s.steps.size(); ++i)
    CHECK(s.steps[i].to == static_cast<int>(i) + 2);
}
