// Whether a database is as its last commit has left it: compared with its head.
#pragma once

#include "journal/sqlite/head.hpp"
#include "journal/sqlite/room_table.hpp"

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

/// Sentences about tables, triggers, views and indexes that are missing, changed or not the
/// journal's.
std::vector<std::string> schema_changes(SQLite::Database& db);

/// Which tables have other rows than when the head was made: a row was changed, taken out, put in,
/// or put back from an older copy.
struct state_report {
  std::vector<covered> changed;
  /// Rows of rooms show by themselves that they were changed, and nothing else in `rooms` was.
  bool rooms_tell = false;
  /// Of these rows: the MACs that they had, which need not be those that they have.
  std::vector<std::pair<std::int64_t, chain_value>> rooms_had;

  bool has(covered t) const noexcept;
};

/// small: all but `search_rows`; few: nor `people`, of whom there may be very many.
enum class tables_read { few, small, all };
/// Reads tables, and changes nothing.
state_report compare_tables(SQLite::Database& db, const head_row& head, const key_ring& keys,
                            tables_read which);

/// A sentence without its end, for the operator.
std::string describe_change(covered t);

/// Whether all that the table has can be made again from the entries.
bool is_derived(covered t) noexcept;

/// What a start does about a table that is derived, or that it can do without.
std::string describe_repair(const database_file& f, covered t);

/// The same of a room of which only the MAC was changed: the head knows the one that fits.
std::string describe_put_right(const database_file& f, std::int64_t room);

/// The operator wants to go on with what is there, whatever its head says: makes it a new one if it
/// is needed. Throws `damage` if there are tables or triggers that are not the journal's.
/// @return what was not as the head said, sentences without their ends
std::vector<std::string> take_as_it_is(SQLite::Database& db, key_ring& keys);

/// Throws `damage` unless the database has the tables of this program, and those that cannot be
/// made again are as the head says.
/// @return tables that have changed all the same, and are to be made again, or lack what can be
///   done without
state_report check_state(SQLite::Database& db, const head_row& head, const key_ring& keys,
                         tables_read which);

} // namespace asio_chat::sqlite
