// What is in the database, by version, and how an older one is brought up to date.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/key_ring.hpp"

#include <functional>
#include <vector>

namespace asio_chat::sqlite {

/// Brings a database from the version before to this one; may throw `SQLite::Exception`.
struct migration {
  int to;
  std::function<void(SQLite::Database&)> run;
  /// Nothing is changed that could not be made again from the rest: no copy is needed before it.
  bool only_derived = false;
};

struct schema {
  int application_id;
  int version;
  std::function<void(SQLite::Database&)> create; ///< the tables of this version
  std::vector<migration> steps;                  ///< by `to`, from 2 to `version`
};

/// Since this version of the journal one head covers all that is in it.
inline constexpr int head_version = 3;
/// The newest.
inline constexpr int journal_version = 9;

/// Since this version it keeps what it knows of people.
inline constexpr int people_version = 5;

/// The journal's.
/// @param keys under which its head is made; null: nothing is to be made or brought up to date
schema journal_schema(const key_ring* keys = nullptr);
/// The tables of one of its versions, from `head_version` on, empty.
void create_journal_tables(SQLite::Database& db, int version);

/// Makes the tables in an empty database; brings an older one up to date in one transaction, after
/// a copy of it beside it (`journal.db.before-v3`) unless all steps are `only_derived`. If anything
/// fails nothing is changed.
result<void> bring_up_to_date(SQLite::Database& db, const database_file& f, const schema& s);

/// A failure if it is neither new nor of a kind that `bring_up_to_date` takes. Changes nothing.
result<void> check_kind(SQLite::Database& db, const database_file& f, const schema& s);

/// There is nothing in it, not even tables.
bool is_new(SQLite::Database& db);

/// A failure if it is of another program, or of a version that is not known here.
result<int> version_of(SQLite::Database& db, const database_file& f, const schema& s);

} // namespace asio_chat::sqlite
