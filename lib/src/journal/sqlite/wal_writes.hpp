// What one connection writes to its WAL, in few system calls.
#pragma once

#include <SQLiteCpp/Database.h>

#include <memory>

namespace asio_chat::sqlite {

/// SQLite writes each page of a commit, and the header in front of it, by a call of its own. This
/// lays them together until the connection reads its WAL or syncs it: then one call writes what
/// lies one behind the other.
///
/// No other connection misses anything: with `synchronous` at FULL, which `connect` sets, SQLite
/// shows others only pages that it has synced.
class wal_writes {
 public:
  wal_writes();
  ~wal_writes();
  wal_writes(const wal_writes&) = delete;
  wal_writes& operator=(const wal_writes&) = delete;

  /// @param db is in WAL mode, and something was read from it; it is to be closed before this is
  ///   destroyed. Where SQLite has no WAL open, nothing is gathered.
  void gather(SQLite::Database& db);

 private:
  struct file;
  std::unique_ptr<file> file_;
};

} // namespace asio_chat::sqlite
