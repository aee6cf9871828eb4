// The one connection that writes, with its statements.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/file_watch.hpp"
#include "journal/sqlite/head.hpp"
#include "journal/sqlite/name_table.hpp"
#include "journal/sqlite/people_table.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/room_table.hpp"

namespace asio_chat::sqlite {

/// A sentence without its subject, for the operator.
std::string changed_by_another(const std::string& what);

/// Throws `SQLite::Exception`. After that it is to be destroyed: what SQLite and the system think
/// of a file whose writing failed is not to be trusted.
class writer_connection {
 public:
  /// @param of the run that the commits belong to
  /// @param watch of that file
  writer_connection(database_file f, SQLite::Database opened, const key_ring& keys,
                    const run_id& of, file_watch& watch);
  ~writer_connection();
  writer_connection(const writer_connection&) = delete;
  writer_connection& operator=(const writer_connection&) = delete;

  /// Begins a transaction if none is under way. Refuses if another connection has changed anything
  /// since the last one, which nobody but this may do while it is there.
  void begin();
  /// Refuses likewise, without a transaction.
  void check_is_alone();
  /// Moves the head, if anything has changed that it covers, or the key ring, and ends it: what was
  /// written is on the disk, in the file that has the name.
  void commit();
  /// The head of the last transaction that is known to be committed.
  const head_name& committed() const noexcept { return under_way_ ? before_.name : head.name(); }
  /// Takes back what was not committed, if SQLite has not done so.
  void roll_back() noexcept;

  /// Whether the WAL has its name, as when this was asked first. A system call, for when the
  /// answers are out.
  bool wal_is_in_place() noexcept;

  /// Moves what is in the WAL to the database if that has become much.
  void checkpoint_if_due();

  SQLite::Database db;
  head_row head;
  room_table rooms;
  record_table records;
  turn_table turns;
  name_table names;
  people_table people;

 private:
  static int note_commit(void* of, sqlite3*, const char*, int pages) noexcept;
  std::int64_t read_version();
  void look_at_changes();

  const key_ring& keys_;
  const database_file file_;
  file_watch& watch_;
  std::optional<file_identity> wal_;
  const run_id run_;
  SQLite::Statement begin_;
  SQLite::Statement commit_;
  SQLite::Statement version_; ///< changes with each commit of another connection
  std::int64_t known_version_;
  bool under_way_ = false;
  head_row::state before_; ///< when the transaction began
  int wal_pages_ = 0;
  int moved_pages_ = 0; ///< of these, by checkpoints
  int wal_commits_ = 0; ///< since the last checkpoint
};

} // namespace asio_chat::sqlite
