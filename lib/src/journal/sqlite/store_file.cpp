#include "journal/sqlite/store_file.hpp"

#include "journal/sqlite/state_check.hpp"

#include <algorithm>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

/// What a trim changes of a row.
void take_trim(room_row& to, const room_row& trimmed) {
  to.first = trimmed.first;
  to.bytes = trimmed.bytes;
  to.chain_before = trimmed.chain_before;
  to.earlier = trimmed.earlier;
  to.mac = trimmed.mac;
}

} // namespace

store_file::store_file(database_file f, key_ring& keys, room_cache& rooms)
    : file_(std::move(f))
    , keys_(keys)
    , rooms_(rooms)
    , watch_(file_, keys) {}

void store_file::start(SQLite::Database db) {
  watch_.note();
  writer_ = std::make_unique<writer_connection>(file_, std::move(db), keys_, run_, watch_);
  header_ = writer_->rooms.header();
  newest_epoch_ = header_.epoch;
}

writer_connection& store_file::connection() {
  if (!writer_) connect();
  return *writer_;
}

void store_file::connect() {
  try {
    watch_.check();
    auto c =
        std::make_unique<writer_connection>(file_, connect_for_writing(file_), keys_, run_, watch_);
    check_is_same(*c);
    writer_ = std::move(c);
    healed_ = false;
  } catch (const damage& e) {
    throw SQLite::Exception(changed_by_another(e.what()), SQLITE_CORRUPT);
  }
}

/// Nobody but this may have written to it since.
void store_file::check_is_same(writer_connection& c) const {
  if (std::ranges::find(last_heads_, c.head.name()) == last_heads_.end())
    throw damage("its head is another one");
  const auto found = check_state(c.db, c.head, keys_, tables_read::small);
  if (!found.changed.empty()) throw damage(describe_change(found.changed.front()));
}

void store_file::drop() noexcept {
  if (writer_) last_heads_ = {writer_->committed(), writer_->head.name()};
  roll_back();
  watch_.note_after([&] { writer_.reset(); }); // the last connection moves what is in the log
}

writer_connection& store_file::writer() {
  connection();
  if (healed_) return *writer_;
  try {
    heal(*writer_);
  } catch (const error& e) {
    // A row that is not as it was written: damage as any other.
    drop();
    throw SQLite::Exception(e.what(), SQLITE_CORRUPT);
  } catch (...) {
    drop();
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
  drop();
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
  for (room_values& v : suspects_) {
    if (v.stored) {
      c.records.erase_from(v.row.number, v.row.head + 1);
      c.turns.erase_from(v.row.number, v.row.head + 1);
      const auto there = c.rooms.find(v.row.tag);
      const bool trimmed = std::ranges::find(trimmed_, v.row.tag) != trimmed_.end();
      if (there && trimmed) take_trim(v.row, *there);
      v.row.mac = c.rooms.stored_mac(v.row.number);
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
  // A group may be under way, which has changed the rest.
  for (room_row* row : {&known->now.row, &known->before.row})
    take_trim(*row, r);
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
