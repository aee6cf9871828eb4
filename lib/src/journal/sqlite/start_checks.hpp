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

  /// Throws `damage`.
  void look_at(const found_row& r);

 private:
  SQLite::Statement newest_;
};

/// Adds a room to those that are closed, and says so: a sentence for the operator. Throws `damage`
/// if nothing tells which room it is.
std::string close_room(const room_row& r, const std::string& why, key_ring& keys,
                       closed_rooms& closed);

/// All of these, on a file that may be in use; nothing in it is changed.
/// @return a sentence for each room that would be closed
result<std::vector<std::string>> check_journal(const database_file& f, key_ring& keys,
                                               bool begin_anew);

} // namespace asio_chat::sqlite
