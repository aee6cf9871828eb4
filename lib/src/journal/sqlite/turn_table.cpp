#include "journal/sqlite/turn_table.hpp"

#include "journal/sqlite/columns.hpp"

namespace asio_chat::sqlite {

namespace {

constexpr std::uint64_t last_offset = (std::uint64_t{1} << offset_bits) - 1;

/// The offset in the only row that there may be.
std::optional<std::uint64_t> offset_in(SQLite::Statement& s) {
  std::optional<std::uint64_t> found;
  if (s.executeStep()) found = number_at(s, 0) & last_offset;
  s.reset();
  return found;
}

} // namespace

void turn_table::create(SQLite::Database& db) {
  db.exec("CREATE TABLE IF NOT EXISTS turns (place INTEGER PRIMARY KEY) STRICT"); // of a record
}

turn_table::turn_table(const SQLite::Database& db)
    : insert_(db, "INSERT OR IGNORE INTO turns (place) VALUES (?)")
    , last_(db, "SELECT place FROM turns WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1")
    , next_(db, "SELECT place FROM turns WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1")
    , time_(db, "SELECT time FROM turns JOIN records USING (place) "
                "WHERE place BETWEEN ? AND ? AND time<=? ORDER BY place LIMIT 1")
    , erase_(db, "DELETE FROM turns WHERE place BETWEEN ? AND ?") {}

void turn_table::insert(std::int64_t room, std::uint64_t first) {
  insert_.bind(1, place_of(room, first));
  run(insert_);
}

std::optional<std::uint64_t> turn_table::last_until(std::int64_t room, std::uint64_t offset) {
  last_.bind(1, place_of(room, 0));
  last_.bind(2, place_of(room, offset));
  return offset_in(last_);
}

std::optional<std::uint64_t> turn_table::next_after(std::int64_t room, std::uint64_t offset) {
  next_.bind(1, place_of(room, offset) + 1);
  next_.bind(2, place_of(room, last_offset));
  return offset_in(next_);
}

std::optional<wall_time> turn_table::time_after(std::int64_t room, std::uint64_t offset,
                                                wall_time latest) {
  time_.bind(1, place_of(room, offset) + 1);
  time_.bind(2, place_of(room, last_offset));
  bind_time(time_, 3, latest);
  std::optional<wall_time> found;
  if (time_.executeStep()) found = time_at(time_, 0);
  time_.reset();
  return found;
}

void turn_table::erase_from(std::int64_t room, std::uint64_t offset) {
  erase_.bind(1, place_of(room, offset));
  erase_.bind(2, place_of(room, last_offset));
  run(erase_);
}

void turn_table::erase_before(std::int64_t room, std::uint64_t offset) {
  erase_.bind(1, place_of(room, 0));
  erase_.bind(2, place_of(room, offset) - 1);
  run(erase_);
}

} // namespace asio_chat::sqlite
