// What a store does when writing fails.
#include "journal/sqlite/store.hpp"

#include <algorithm>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

/// What members are told.
failure refusal(const SQLite::Exception& e) {
  return fail(errc::storage_failed, is_full(e) ? "the server's disk is full: nobody has seen this; "
                                                 "try again later"
                                               : "the server cannot write to its disk: nobody has "
                                                 "seen this; try again later");
}

} // namespace

writer_connection& store::connection() {
  if (!writer_) {
    writer_ = std::make_unique<writer_connection>(connect_for_writing(options_.file), keys_);
    healed_ = false;
  }
  return *writer_;
}

writer_connection& store::writer() {
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

std::optional<room_row> store::stored_row(const room_tag& tag) {
  // What a commit that failed has left in the file is not looked at.
  const auto suspect = std::ranges::find(suspects_, tag, [](auto& v) { return v.row.tag; });
  if (suspect == suspects_.end()) return connection().rooms.find(tag);
  return suspect->stored ? std::optional(suspect->row) : std::nullopt;
}

void store::heal(writer_connection& c) {
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
  c.rooms.set_house(house_);
  c.commit();
  suspects_.clear();
  trimmed_.clear();
}

void store::take_back(std::span<operation> group, const SQLite::Exception& e) {
  trouble_.fails(explain(options_.file, e).message);
  if (writer_) writer_->roll_back();
  writer_.reset();
  for (room_state* r : touched_) {
    const auto same = [&](const room_values& v) { return v.row.tag == r->before.row.tag; };
    if (std::ranges::none_of(suspects_, same)) suspects_.push_back(r->before);
    r->now = r->before;
    r->touched = r->new_topic = r->turns = false;
    r->waiting.clear();
    r->waiting_bytes = 0;
    r->ids.clear();
  }
  ids_.take_back(new_ids_);
  house_ = house_before_;
  for (operation& o : group) {
    if (const auto* a = std::get_if<append_operation>(&o.what)) {
      // What was there before is there still.
      const room_state* r = a->duplicate ? rooms_.find(a->draft.what.room) : nullptr;
      if (!r || r->now.row.head < a->draft.what.at.offset) o.refused = refusal(e);
    } else if (auto* opened = std::get_if<open_operation>(&o.what)) {
      const room_state* r = rooms_.find(opened->room);
      if (r) answer_open(*opened, *r);
      if (!r) o.refused = refusal(e);
    }
  }
  try {
    writer(); // at once: the sooner, the less a crash can bring back
  } catch (const std::exception&) {
    // With the next group, then.
  }
}

} // namespace asio_chat::sqlite
