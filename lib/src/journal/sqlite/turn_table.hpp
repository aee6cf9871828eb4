// Where the times of a room go back.
#pragma once

#include "journal/sqlite/record_table.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <optional>

namespace asio_chat::sqlite {

/// The time of day may be set while people talk, so that a room's log is made of stretches: within
/// each of them times never decrease, and each begins with a record. A turn is the first record of
/// such a stretch, of all but the first one. There are few, and most rooms have none.
/// Prepared statements; they throw `SQLite::Exception`.
class turn_table {
 public:
  /// Makes the table where there is none. No new version of the file is needed for it: a program
  /// that knows no turns makes none, and reads what is there as before.
  static void create(SQLite::Database& db);

  explicit turn_table(const SQLite::Database& db);

  /// @param first the offset that the record begins with
  void insert(std::int64_t room, std::uint64_t first);
  /// The offset of the newest turn up to here.
  std::optional<std::uint64_t> last_until(std::int64_t room, std::uint64_t offset);
  /// The offset of the oldest turn behind this one.
  std::optional<std::uint64_t> next_after(std::int64_t room, std::uint64_t offset);
  /// The time of the oldest turn behind this offset whose time is not later than that.
  std::optional<wall_time> time_after(std::int64_t room, std::uint64_t offset, wall_time latest);

  void erase_from(std::int64_t room, std::uint64_t offset);
  void erase_before(std::int64_t room, std::uint64_t offset);

 private:
  SQLite::Statement insert_;
  SQLite::Statement last_;
  SQLite::Statement next_;
  SQLite::Statement time_;
  SQLite::Statement erase_;
};

} // namespace asio_chat::sqlite
