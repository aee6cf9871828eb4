#include "journal/sqlite/schema.hpp"

#include "base/atomic_file.hpp"
#include "journal/sqlite/head.hpp"
#include "journal/sqlite/people_table.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/room_table.hpp"
#include "journal/sqlite/search_index.hpp"
#include "journal/sqlite/search_rebuild.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

// No comments in the SQL itself: it is in the file, where nobody is to read anything.
constexpr const char* tables =
    "CREATE TABLE house (only INTEGER PRIMARY KEY CHECK (only=1),"
    "rooms INTEGER NOT NULL," // numbers of rooms given so far
    "epoch INTEGER NOT NULL," // the newest given
    "mac BLOB NOT NULL) STRICT;"

    "CREATE TABLE rooms (number INTEGER PRIMARY KEY,"
    "tag BLOB NOT NULL UNIQUE," // keyed hash of the name
    "name BLOB NOT NULL,"       // sealed
    "epoch INTEGER NOT NULL,"
    "first INTEGER NOT NULL," // the first entry that is shown; head + 1 if none is
    "head INTEGER NOT NULL,"
    "time INTEGER NOT NULL,"      // of the entry at the head, milliseconds since 1970
    "topic BLOB NOT NULL,"        // sealed; empty: none
    "chain_before BLOB NOT NULL," // chain value before the first record that is there
    "chain BLOB NOT NULL,"        // and after the last one
    "bytes INTEGER NOT NULL,"     // of all records
    "key INTEGER NOT NULL,"       // number of the newest record's; 0: there is no record
    "mac BLOB NOT NULL) STRICT;"  // over all columns

    "CREATE TABLE records (place INTEGER PRIMARY KEY," // room's number << 40 | first offset
    "last INTEGER NOT NULL,"                           // offset
    "time INTEGER NOT NULL,"                           // of the last entry
    "key INTEGER NOT NULL,"                            // number
    "chain BLOB NOT NULL," // value after this record; ahead of what is long, to be read without it
    "ids BLOB NOT NULL,"   // of the entries: see `id_list`
    "sealed BLOB NOT NULL) STRICT;"

    "CREATE TABLE names (who BLOB PRIMARY KEY,"
    "name BLOB NOT NULL,"                      // sealed
    "left_at INTEGER) STRICT, WITHOUT ROWID;"; // NULL: is here

/// What a version has brought to them. New journals get it in the same way, so that the texts of
/// the tables are the same in all.
struct addition {
  int version;
  const char* text;
};
constexpr std::array additions{
    addition{4, "ALTER TABLE rooms ADD COLUMN "
                "earlier BLOB NOT NULL DEFAULT x''"}, // epochs that have ended; mostly none
};

failure damaged(const database_file& f, const std::string& what) {
  return fail(errc::storage_failed, fmt::format("the journal '{}' {}", f.path, what));
}

int number(SQLite::Database& db, const char* query) {
  return db.execAndGet(query).getInt();
}

void set_version(SQLite::Database& db, int version) {
  db.exec(fmt::format("PRAGMA user_version={}", version));
}

/// Whole under its name, or not there.
void copy_beside(SQLite::Database& db, const database_file& f, const std::string& to) {
  auto file = atomic_file::make(to, existing::replaced);
  if (!file) throw SQLite::Exception(file.error().message, SQLITE_CANTOPEN);
  {
    SQLite::Database copy(as_file_name(file->unfinished()), SQLite::OPEN_READWRITE, 0, f.vfs);
    SQLite::Backup(copy, db).executeStep(); // all pages
  }
  if (auto done = file->publish(); !done)
    throw SQLite::Exception(done.error().message, SQLITE_IOERR);
}

result<void> migrate(SQLite::Database& db, const database_file& f, const schema& s, int from) {
  const std::string copy = fmt::format("{}.before-v{}", f.path, s.version);
  int reached = from;
  try {
    const auto needs_copy = [&](const migration& m) { return m.to > from && !m.only_derived; };
    if (std::ranges::any_of(s.steps, needs_copy)) copy_beside(db, f, copy);
    SQLite::Transaction all(db, SQLite::TransactionBehavior::EXCLUSIVE);
    for (const migration& step : s.steps) {
      if (step.to <= from) continue;
      step.run(db);
      reached = step.to;
    }
    set_version(db, s.version);
    all.commit();
    return {};
  } catch (const SQLite::Exception& e) {
    return damaged(f, fmt::format("cannot be brought from version {} to {} ({} on the way to {}): "
                                  "nothing has been changed; use the program that made it",
                                  from, s.version, e.what(), reached + 1));
  }
}

} // namespace

void create_journal_tables(SQLite::Database& db, int version) {
  db.exec(tables);
  db.exec(search_index::tables);
  turn_table::create(db);
  db.exec(head_row::tables);
  for (const addition& more : additions)
    if (more.version <= version) db.exec(more.text);
  if (version >= people_version) db.exec(people_table::tables);
}

schema journal_schema(const key_ring* keys) {
  const auto rebuild_index = [](SQLite::Database& db) { search_rebuild::begin(db, nullptr); };
  const auto begin_head = [keys](SQLite::Database& db) {
    turn_table::create(db); // the file may be from before there was one
    db.exec(head_row::tables);
    head_row(*keys).begin(db);
  };
  const auto add_epochs = [keys](SQLite::Database& db) {
    head_row head(*keys);
    head.load(db);
    // There already: somebody has lowered the number of the version, and `--begin-anew` is given.
    if (!room_table::has_epochs(db)) db.exec(additions.front().text);
    head.write_again(db);
  };
  // The head has no sum for it: there is nothing in it.
  const auto add_people = [](SQLite::Database& db) { db.exec(people_table::tables); };
  return {.application_id = 0x41436a6e, // "ACjn"
          .version = journal_version,
          .create =
              [keys](SQLite::Database& db) {
                create_journal_tables(db, journal_version);
                head_row(*keys).begin(db);
              },
          .steps = {
              // Words are compared by NFKC_Casefold.
              {.to = 2, .run = rebuild_index, .only_derived = true},
              // What is there is taken at its word, once.
              {.to = head_version, .run = begin_head, .only_derived = true},
              // Rooms may have more epochs than one, and the head says whether it is a copy.
              {.to = 4, .run = add_epochs, .only_derived = true},
              {.to = people_version, .run = add_people, .only_derived = true},
              // Texts have keys of their own, in records and in the rooms' topics; what was written
              // before stays as it is.
              {.to = 6, .run = [](SQLite::Database&) {}, .only_derived = true},
              // Entries may refer to others, in records, which older programs do not read.
              {.to = 7, .run = [](SQLite::Database&) {}, .only_derived = true},
              // They may be pins, which those do not know either.
              {.to = 8, .run = [](SQLite::Database&) {}, .only_derived = true},
              // Ids that are counters are kept in runs; records from before keep their hashes.
              {.to = 9, .run = [](SQLite::Database&) {}, .only_derived = true},
          }};
}

bool is_new(SQLite::Database& db) {
  return db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

result<void> bring_up_to_date(SQLite::Database& db, const database_file& f, const schema& s) {
  if (is_new(db)) {
    SQLite::Transaction all(db, SQLite::TransactionBehavior::IMMEDIATE);
    s.create(db);
    db.exec(fmt::format("PRAGMA application_id={}", s.application_id));
    set_version(db, s.version);
    all.commit();
    return {};
  }
  const auto version = version_of(db, f, s);
  if (!version) return version.error();
  return *version < s.version ? migrate(db, f, s, *version) : result<void>();
}

result<void> check_kind(SQLite::Database& db, const database_file& f, const schema& s) {
  if (is_new(db)) return {};
  const auto version = version_of(db, f, s);
  return version ? result<void>() : version.error();
}

result<int> version_of(SQLite::Database& db, const database_file& f, const schema& s) {
  if (is_new(db)) return damaged(f, "is empty: there is no history in it");
  if (number(db, "PRAGMA application_id") != s.application_id)
    return damaged(
        f, "is a database of another program, not one of asio-chatd's: leave it to "
           "that one, and name another file, or another storage.directory (asio-chatd: --data)");
  const int version = number(db, "PRAGMA user_version");
  const bool has_head =
      number(db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='head'") > 0;
  if (version < 1 || (version < head_version && has_head)) {
    return damaged(f, fmt::format("is damaged: it says that it is of version {}, and it is not; "
                                  "restore a backup",
                                  version));
  }
  if (version > s.version) {
    return damaged(f,
                   fmt::format("is of version {}, and this program knows {}: use a newer program",
                               version, s.version));
  }
  return version;
}

} // namespace asio_chat::sqlite
