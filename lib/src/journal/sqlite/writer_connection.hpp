// The one connection that writes, with its statements.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/name_table.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/room_table.hpp"

namespace asio_chat::sqlite {

/// Throws `SQLite::Exception`. After that it is to be destroyed: what SQLite and the system think
/// of a file whose writing failed is not to be trusted.
class writer_connection {
 public:
  writer_connection(database_file f, SQLite::Database opened, const key_ring& keys);
  ~writer_connection();
  writer_connection(const writer_connection&) = delete;
  writer_connection& operator=(const writer_connection&) = delete;

  /// Begins a transaction if none is under way.
  void begin();
  /// Ends it: what was written is on the disk, in the file that has the name.
  void commit();
  /// Takes back what was not committed, if SQLite has not done so.
  void roll_back() noexcept;

  /// Whether the WAL has its name, as when this was asked first. A system call, for when the
  /// answers are out.
  bool wal_is_in_place() noexcept;

  /// Moves what is in the WAL to the database if that has become much.
  void checkpoint_if_due();

  SQLite::Database db;
  room_table rooms;
  record_table records;
  turn_table turns;
  name_table names;

 private:
  const database_file file_;
  std::optional<file_identity> wal_;
  SQLite::Statement begin_;
  SQLite::Statement commit_;
  bool under_way_ = false;
  int wal_pages_ = 0;
};

} // namespace asio_chat::sqlite
