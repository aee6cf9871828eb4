#include "journal/sqlite/record_table.hpp"

#include "journal/sqlite/columns.hpp"

#include <utility>

namespace asio_chat::sqlite {

namespace {

/// A statement that was left in the middle keeps the database from being checkpointed.
struct resetting {
  explicit resetting(SQLite::Statement& s)
      : statement(s) {}
  ~resetting() { statement.tryReset(); }
  SQLite::Statement& statement;
};

constexpr std::uint64_t last_offset = (std::uint64_t{1} << offset_bits) - 1;

/// The offset in the only row that there may be.
std::optional<std::uint64_t> offset_in(SQLite::Statement& s) {
  std::optional<std::uint64_t> found;
  if (s.executeStep()) found = number_at(s, 0) & last_offset;
  s.reset();
  return found;
}

} // namespace

chain_value chain_after(const room_key& key, const stored_record& r) {
  return link(key, r.header, r.before, r.sealed, r.ids);
}

result<std::vector<journal::record>> open(const room_key& key, const stored_record& r,
                                          std::string_view room_name) {
  auto entries = open(key, r.header, r.before, r.sealed, room_name);
  if (entries) return entries;
  const kept_link kept{r.chain, r.ids};
  auto sealed_anew = open(key, r.header, r.before, r.sealed, room_name, &kept);
  return sealed_anew ? std::move(sealed_anew) : std::move(entries);
}

bool is_linked(const room_key& key, const stored_record& r) {
  if (chain_after(key, r) == r.chain) return true;
  const kept_link kept{r.chain, r.ids};
  return open(key, r.header, r.before, r.sealed, {}, &kept).has_value();
}

stored_record seal_anew(const room_key& key, std::uint32_t number, const stored_record& r,
                        std::span<const journal::record> entries) {
  stored_record anew = r;
  anew.header.key = number;
  const kept_link kept{r.chain, r.ids};
  anew.sealed = seal(key, anew.header, r.before, pointers_to(entries), &kept);
  return anew;
}

record_table::record_table(SQLite::Database& db)
    : insert_(db, "INSERT INTO records (place, last, time, key, chain, ids, sealed) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?)")
    , replace_(db, "UPDATE records SET key=?, sealed=? WHERE place=?")
    , forwards_(db, "SELECT place, last, time, key, chain, ids, sealed FROM records "
                    "WHERE place BETWEEN ? AND ? ORDER BY place")
    , backwards_(db, "SELECT place, last, time, key, chain, ids, sealed FROM records "
                     "WHERE place BETWEEN ? AND ? ORDER BY place DESC")
    , chain_(db, "SELECT last, chain FROM records "
                 "WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1")
    , erase_(db, "DELETE FROM records WHERE place BETWEEN ? AND ?") {}

void record_table::insert(std::int64_t room, const stored_record& r) {
  insert_.bind(1, place_of(room, r.header.first));
  bind_number(insert_, 2, r.header.last);
  bind_time(insert_, 3, r.header.time);
  insert_.bind(4, r.header.key);
  bind_bytes(insert_, 5, view_of(r.chain));
  bind_bytes(insert_, 6, r.ids);
  bind_bytes(insert_, 7, r.sealed);
  run(insert_);
}

void record_table::replace(std::int64_t room, const stored_record& r) {
  replace_.bind(1, r.header.key);
  bind_bytes(replace_, 2, r.sealed);
  replace_.bind(3, place_of(room, r.header.first));
  run(replace_);
}

stored_record record_table::record(SQLite::Statement& s, const room_row& room) {
  stored_record r;
  r.header.room = room.tag;
  r.header.first = number_at(s, 0) & last_offset;
  r.header.epoch = epoch_at(room, r.header.first); // one begins with a record
  r.header.last = number_at(s, 1);
  r.header.time = time_at(s, 2);
  r.header.key = key_number_at(s, 3);
  r.chain = array_at<chain_value>(s, 4);
  r.ids = bytes_at(s, 5);
  r.sealed = bytes_at(s, 6);
  return r;
}

void record_table::forwards(const room_row& room, std::uint64_t from, const visitor& visit) {
  // The first of them, and what the chain is before it.
  chain_value before = room.chain_before;
  std::int64_t begin = place_of(room.number, 0);
  {
    const resetting when_done(backwards_);
    backwards_.bind(1, begin);
    backwards_.bind(2, place_of(room.number, from));
    if (backwards_.executeStep()) {
      begin = backwards_.getColumn(0).getInt64();
      if (backwards_.executeStep()) before = array_at<chain_value>(backwards_, 4);
    }
  }
  const resetting when_done(forwards_);
  forwards_.bind(1, begin);
  forwards_.bind(2, place_of(room.number, last_offset));
  while (forwards_.executeStep()) {
    stored_record r = record(forwards_, room);
    r.before = std::exchange(before, r.chain);
    if (!visit(r)) return;
  }
}

void record_table::backwards(const room_row& room, std::uint64_t from, const visitor& visit) {
  const resetting when_done(backwards_);
  backwards_.bind(1, place_of(room.number, 0));
  backwards_.bind(2, place_of(room.number, from));
  // A record is complete when the one before it has been seen.
  std::optional<stored_record> waiting;
  while (backwards_.executeStep()) {
    stored_record r = record(backwards_, room);
    if (waiting) {
      waiting->before = r.chain;
      if (!visit(*waiting)) return;
    }
    waiting = std::move(r);
  }
  if (!waiting) return;
  waiting->before = room.chain_before;
  visit(*waiting);
}

std::optional<chain_value> record_table::chain_at(const room_row& room, std::uint64_t offset) {
  const resetting when_done(chain_);
  chain_.bind(1, place_of(room.number, 0));
  chain_.bind(2, place_of(room.number, offset));
  if (!chain_.executeStep() || number_at(chain_, 0) < offset) return std::nullopt;
  return array_at<chain_value>(chain_, 1);
}

void record_table::erase_from(std::int64_t room, std::uint64_t offset) {
  erase_.bind(1, place_of(room, offset));
  erase_.bind(2, place_of(room, last_offset));
  run(erase_);
}

void record_table::erase_before(std::int64_t room, std::uint64_t offset) {
  erase_.bind(1, place_of(room, 0));
  erase_.bind(2, place_of(room, offset) - 1);
  run(erase_);
}

void turn_table::create(SQLite::Database& db) {
  db.exec("CREATE TABLE IF NOT EXISTS turns (place INTEGER PRIMARY KEY) STRICT"); // of a record
}

turn_table::turn_table(const SQLite::Database& db, table_sums* sums)
    : sums_(sums)
    , insert_(db, "INSERT OR IGNORE INTO turns (place) VALUES (?)" + returning(covered::turns))
    , last_(db, "SELECT place FROM turns WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1")
    , next_(db, "SELECT place FROM turns WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1")
    , time_(db, "SELECT time FROM turns JOIN records USING (place) "
                "WHERE place BETWEEN ? AND ? AND time<=? ORDER BY place LIMIT 1")
    , erase_(db, "DELETE FROM turns WHERE place BETWEEN ? AND ?" + returning(covered::turns)) {}

void turn_table::insert(std::int64_t room, std::uint64_t first) {
  insert_.bind(1, place_of(room, first));
  sums_->run_adding(covered::turns, insert_);
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
  sums_->run_removing(covered::turns, erase_);
}

void turn_table::erase_before(std::int64_t room, std::uint64_t offset) {
  erase_.bind(1, place_of(room, 0));
  erase_.bind(2, place_of(room, offset) - 1);
  sums_->run_removing(covered::turns, erase_);
}

} // namespace asio_chat::sqlite
