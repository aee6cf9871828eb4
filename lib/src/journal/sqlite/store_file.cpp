#include "journal/sqlite/store_file.hpp"

#include <algorithm>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

store_file::store_file(database_file f, key_ring& keys, room_cache& rooms)
    : file_(std::move(f))
    , keys_(keys)
    , rooms_(rooms) {}

void store_file::start(SQLite::Database db) {
  writer_ = std::make_unique<writer_connection>(file_, std::move(db), keys_);
  header_ = writer_->rooms.header();
  newest_epoch_ = header_.epoch;
}

writer_connection& store_file::connection() {
  if (!writer_) {
    writer_ = std::make_unique<writer_connection>(file_, connect_for_writing(file_), keys_);
    healed_ = false;
  }
  return *writer_;
}

writer_connection& store_file::writer() {
  connection();
  if (healed_) return *writer_;
  try {
    heal(*writer_);
  } catch (const error& e) {
    // A row that is not as it was written: damage as any other.
    writer_.reset();
    throw SQLite::Exception(e.what(), SQLITE_CORRUPT);
  } catch (...) {
    writer_.reset();
    throw;
  }
  healed_ = true;
  return *writer_;
}

std::optional<room_row> store_file::row_of(const room_tag& tag) {
  const auto suspect = std::ranges::find(suspects_, tag, [](auto& v) { return v.row.tag; });
  if (suspect == suspects_.end()) return connection().rooms.find(tag);
  return suspect->stored ? std::optional(suspect->row) : std::nullopt;
}

void store_file::roll_back() noexcept {
  if (writer_) writer_->roll_back();
}

void store_file::give_up() noexcept {
  roll_back();
  writer_.reset();
}

void store_file::distrust(const room_values& before) {
  const auto same = [&](const room_values& v) { return v.row.tag == before.row.tag; };
  if (std::ranges::none_of(suspects_, same)) suspects_.push_back(before);
}

void store_file::heal(writer_connection& c) {
  for (const room_tag& tag : trimmed_) {
    if (const auto row = c.rooms.find(tag)) refresh(*row);
  }
  // A commit that failed may have left its pages in the WAL, whole and behind what was committed
  // before. They are not seen now, but they would be after a crash. Any commit overwrites them; so
  // there is one here in any case.
  c.begin();
  for (const room_values& v : suspects_) {
    if (v.stored) {
      c.records.erase_from(v.row.number, v.row.head + 1);
      c.turns.erase_from(v.row.number, v.row.head + 1);
      c.rooms.update(v.row);
    } else if (const auto row = c.rooms.find(v.row.tag)) {
      c.records.erase_from(row->number, 0);
      c.turns.erase_from(row->number, 0);
      c.rooms.erase(row->number);
    }
  }
  c.rooms.set_header(header_);
  c.commit();
  suspects_.clear();
  trimmed_.clear();
}

void store_file::commit_trims(std::span<const room_row> rooms) {
  for (const room_row& r : rooms)
    trimmed_.push_back(r.tag);
  writer().commit();
  trimmed_.clear();
  for (const room_row& r : rooms)
    refresh(r);
}

void store_file::refresh(const room_row& r) {
  const auto name = open_name(keys_, r);
  room_state* known = name ? rooms_.find(*name) : nullptr;
  if (!known) return;
  known->now.row = r;
  known->unshown = 0;
}

void store_file::set_header(const store_header& h) {
  header_ = h;
  writer().rooms.set_header(header_);
}

std::uint64_t store_file::next_epoch(wall_time now) noexcept {
  const auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
  return newest_epoch_ = std::max(newest_epoch_ + 1, milliseconds);
}

} // namespace asio_chat::sqlite
