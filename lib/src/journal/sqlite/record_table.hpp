// The records' rows, and walks along them.
#pragma once

#include "journal/sqlite/record.hpp"
#include "journal/sqlite/room_table.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace asio_chat::sqlite {

/// A room may have 2^40 entries, and there may be 2^23 rooms.
inline constexpr int offset_bits = 40;
inline constexpr std::int64_t most_rooms = (std::int64_t{1} << (63 - offset_bits)) - 1;

inline std::int64_t place_of(std::int64_t room, std::uint64_t offset) noexcept {
  return room << offset_bits | static_cast<std::int64_t>(offset);
}

struct stored_record {
  record_header header;
  chain_value before{}; ///< of the record before it
  chain_value chain{};
  std::string ids;
  std::string sealed;
};

/// The chain's value after a record: the ids are part of what is chained.
chain_value chain_after(const room_key& key, const stored_record& r);

/// Prepared statements; they throw `SQLite::Exception`.
class record_table {
 public:
  /// Is given one record after the other until it answers false.
  using visitor = std::function<bool(const stored_record&)>;

  explicit record_table(SQLite::Database& db);

  void insert(std::int64_t room, const stored_record& r);
  /// From the record that has this offset on, oldest first.
  void forwards(const room_row& room, std::uint64_t from, const visitor& visit);
  /// From the record that has this offset on, newest first.
  void backwards(const room_row& room, std::uint64_t from, const visitor& visit);
  /// What begins from here on, which is all but the whole records before.
  void erase_from(std::int64_t room, std::uint64_t offset);
  /// What begins before this offset.
  void erase_before(std::int64_t room, std::uint64_t offset);

 private:
  stored_record record(SQLite::Statement& s, const room_row& room);

  SQLite::Statement insert_;
  SQLite::Statement forwards_;
  SQLite::Statement backwards_;
  SQLite::Statement erase_;
};

} // namespace asio_chat::sqlite
