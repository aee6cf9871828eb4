// What has to be true of a journal and its key ring before anything is written: checked by a start,
// and by who asks whether there can be one.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/room_table.hpp"

#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

/// Rooms that nobody may use: what is in the file of them is not what was written.
using closed_rooms = std::set<room_tag>;

/// A failure if the journal is not there, or nothing is in it, while the ring has keys of rooms: it
/// has been lost, and going on would begin all rooms anew without a word. To be asked before SQLite
/// opens the file, and makes it.
/// @param begin_anew that is wanted
result<void> check_not_lost(const database_file& f, key_ring& keys, bool begin_anew);
/// The same of a database that is open.
result<void> check_not_lost(SQLite::Database& db, const database_file& f, key_ring& keys,
                            bool begin_anew);

/// A failure if the journal has no head, though the ring knows one: an older copy, or somebody has
/// taken it out. Of a database that is open and not new.
result<void> check_has_head(SQLite::Database& db, const database_file& f, key_ring& keys);

/// Throws an `error` that names the rooms whose newest key is neither in the ring nor destroyed: to
/// go on would mean another key for them, and nothing that opens what they have.
void check_keys(SQLite::Database& db, room_table& rooms, key_ring& keys);

/// Whether the newest record of a room is the one that its row says.
class head_check {
 public:
  explicit head_check(SQLite::Database& db);

  /// Throws `damage`, of this room.
  void look_at(const found_row& r);
  /// Throws `damage`, of the file: a room is found by its name only if the index of the table leads
  /// to its row.
  void look_up(const room_row& r);

 private:
  SQLite::Statement newest_;
  SQLite::Statement by_tag_;
};

/// Throws `damage` if there are records of rooms that there are not. To be asked where rooms are as
/// many as were made.
void check_places(SQLite::Database& db, room_table& rooms);

/// All that a start compares of a journal without reading every record, and all that it makes anew:
/// throws `damage` for whatever is not as the last commit has left it. For those who tell others
/// that something is the history, or all that it has.
void check_is_whole(SQLite::Database& db, key_ring& keys);
/// The same of one room that is there: what others have is their own business.
void check_room(SQLite::Database& db, key_ring& keys, std::int64_t number);

/// Adds a room to those that are closed, and says so: a sentence for the operator. Throws `damage`
/// if nothing tells which room it is.
std::string close_room(const room_row& r, const std::string& why, room_table& rooms, key_ring& keys,
                       closed_rooms& closed);

/// All of these, on a file that may be in use; nothing in it is changed.
/// @param in_full also what a start reads only later (all of the search index) or compares by
///   itself (people)
/// @return a sentence for each room that would be closed
result<std::vector<std::string>> check_journal(const database_file& f, key_ring& keys,
                                               bool begin_anew, bool in_full = true);

} // namespace asio_chat::sqlite
