// The table of records, and that of the turns of time among them.
#pragma once

#include "journal/sqlite/record.hpp"
#include "journal/sqlite/room_table.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

/// A room may have 2^40 entries, and there may be 2^23 rooms.
inline constexpr int offset_bits = 40;
inline constexpr std::int64_t max_rooms = (std::int64_t{1} << (63 - offset_bits)) - 1;

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
/// What is in it, whether it was sealed when it was said or anew.
result<std::vector<journal::record>> open(const room_key& key, const stored_record& r,
                                          std::string_view room_name);
/// Whether the chain goes on from it as it says.
bool is_linked(const room_key& key, const stored_record& r);
/// The same under another key. The chain stays: what it said of the record is sealed with it.
/// @param number of `key`
/// @param entries what is in it
stored_record seal_anew(const room_key& key, std::uint32_t number, const stored_record& r,
                        std::span<const journal::record> entries);

/// Prepared statements; they throw `SQLite::Exception`.
class record_table {
 public:
  /// Is given one record after the other until it answers false.
  using visitor = std::function<bool(const stored_record&)>;

  explicit record_table(SQLite::Database& db);

  void insert(std::int64_t room, const stored_record& r);
  /// Puts the key and the sealed bytes of a record in the place of those that are there.
  void replace(std::int64_t room, const stored_record& r);
  /// From the record that has this offset on, oldest first.
  void forwards(const room_row& room, std::uint64_t from, const visitor& visit);
  /// From the record that has this offset on, newest first.
  void backwards(const room_row& room, std::uint64_t from, const visitor& visit);
  /// The chain's value after the record that has this offset; none: there is no such record.
  std::optional<chain_value> chain_at(const room_row& room, std::uint64_t offset);
  /// What begins from here on, which is all but the whole records before.
  void erase_from(std::int64_t room, std::uint64_t offset);
  /// What begins before this offset.
  void erase_before(std::int64_t room, std::uint64_t offset);

 private:
  stored_record record(SQLite::Statement& s, const room_row& room);

  SQLite::Statement insert_;
  SQLite::Statement replace_;
  SQLite::Statement forwards_;
  SQLite::Statement backwards_;
  SQLite::Statement chain_;
  SQLite::Statement erase_;
};

/// The time of day may be set while people talk, so that a room's log is made of stretches: within
/// each of them times never decrease, and each begins with a record. A turn is the first record of
/// such a stretch, of all but the first one. There are few, and most rooms have none.
/// Prepared statements; they throw `SQLite::Exception`.
class turn_table {
 public:
  /// Makes the table where there is none. No new version of the file is needed for it: a program
  /// that knows no turns makes none, and reads what is there as before.
  static void create(SQLite::Database& db);

  /// @param sums hear of what changes; null for a connection that only reads
  explicit turn_table(const SQLite::Database& db, table_sums* sums = nullptr);

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
  table_sums* sums_;
  SQLite::Statement insert_;
  SQLite::Statement last_;
  SQLite::Statement next_;
  SQLite::Statement time_;
  SQLite::Statement erase_;
};

} // namespace asio_chat::sqlite
