// The rooms' rows: how far each log goes, under a MAC.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/epochs.hpp"
#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/table_sums.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace asio_chat::sqlite {

/// What is in the database of a room; see `schema.cpp`.
struct room_row {
  std::int64_t number = 0;
  room_tag tag{};
  std::string name;        ///< sealed
  std::uint64_t epoch = 0; ///< the current one
  std::uint64_t first = 1;
  std::uint64_t head = 0;
  wall_time time{};
  std::string topic; ///< sealed; empty: none
  chain_value chain_before{};
  chain_value chain{};
  std::uint64_t bytes = 0;
  std::uint32_t key = 0; ///< the number of the newest record's; 0: it has none
  ended_epochs earlier;  ///< before the current one; mostly none
  chain_value mac{};     ///< in the file; zero: it has no row
};

/// A row as it stands in the file.
struct found_row {
  room_row row;
  bool whole = false;        ///< it is as it was written
  chain_value fitting_mac{}; ///< that the row has if it is whole
};

/// What has been given to rooms so far. Its table is called `house`.
struct store_header {
  std::int64_t rooms = 0;
  std::uint64_t epoch = 0;
};

std::string seal_name(const key_ring& keys, std::string_view name);
result<std::string> open_name(const key_ring& keys, const room_row& r);
/// The text of the entry that set a topic.
struct said_topic {
  std::uint64_t offset = 0;
  std::string from{};
  std::string text{};
};
/// Under the room's own key, and that of the text: it goes with the room, or with its entry.
/// @throws damage if that of the text was destroyed
std::string seal_topic(const room_key& key, std::uint32_t key_number, const room_row& r,
                       const said_topic& topic);
/// It goes with its entry as well; one from before version 6 does not.
bool has_own_key(std::string_view sealed_topic) noexcept;
/// Empty also if the entry was destroyed that set it.
result<std::string> open_topic(key_ring& keys, const room_row& r);

/// The room's keys were destroyed, and this row is from before that.
/// @param destroyed as the key ring says
bool is_erased(const room_row& r, const std::map<room_tag, std::uint32_t>& destroyed) noexcept;

/// Prepared statements; they throw `SQLite::Exception`, and `damage` for a row that is not as it
/// was written.
class room_table {
 public:
  /// @param sums hear of what changes; null for a connection that only reads
  room_table(SQLite::Database& db, const key_ring& keys, table_sums* sums = nullptr);
  /// Before version 4 of the journal each room has one epoch, and such a file is only read.
  static bool has_epochs(const SQLite::Database& db);

  std::optional<room_row> find(const room_tag& tag);
  /// There is a row with this tag, and it is as it was written.
  bool has_whole(const room_tag& tag);
  /// The room with the lowest number above this one.
  std::optional<room_row> next_after(std::int64_t number);
  /// The same, whatever is in it.
  std::optional<found_row> next_of_any(std::int64_t number);
  /// Both set the row's MAC.
  void insert(room_row& r);
  /// @param r with the MAC that is in the file
  void update(room_row& r);
  /// The MAC that the row of this room has in the file.
  chain_value stored_mac(std::int64_t number);
  void erase(std::int64_t number);
  /// Puts a MAC into a row that was written with it. The sums stay: they know no other.
  void set_mac(std::int64_t number, const chain_value& mac);

  store_header header(); ///< all zero in a new database
  void set_header(const store_header& h);

 private:
  std::optional<found_row> any_row(SQLite::Statement& s);
  std::optional<room_row> row(SQLite::Statement& s);
  void write(SQLite::Statement& s, room_row& r);

  const key_ring& keys_;
  table_sums* sums_;
  SQLite::Statement find_;
  SQLite::Statement next_;
  SQLite::Statement insert_;
  SQLite::Statement update_;
  SQLite::Statement erase_;
  SQLite::Statement mac_;
  SQLite::Statement set_mac_;
  SQLite::Statement header_;
  SQLite::Statement clear_header_;
  SQLite::Statement set_header_;
};

/// Throws `damage` unless there are as many rooms as were made.
void check_count(room_table& rooms, std::int64_t count);

} // namespace asio_chat::sqlite
