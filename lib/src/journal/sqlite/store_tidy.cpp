// What a store does after the answers are out.
#include "journal/sqlite/store.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr std::chrono::minutes between_sweeps{1};
// Of one transaction: nobody who appends waits long for it.
constexpr int rooms_at_once = 64;
constexpr std::size_t most_trimmed = 4;
constexpr std::size_t records_at_once = 512; // of a room

} // namespace

bool store::tidy() {
  try {
    if (index_.full()) write_index();
    bool more = sweep();
    if (rebuild_.under_way()) more |= rebuild_index();
    writer().checkpoint_if_due();
    return more;
  } catch (const SQLite::Exception& e) {
    trouble_.fails(explain(options_.file, e).message);
    if (writer_) writer_->roll_back();
    writer_.reset();
  } catch (const error& e) {
    trouble_.tell(e.what());
    if (writer_) writer_->roll_back();
  }
  return false;
}

void store::write_index() {
  writer().begin();
  index_.write(writer().db);
  writer().commit();
  index_.written();
}

bool store::rebuild_index() {
  rebuild_.step(writer(), keys_);
  if (!rebuild_.under_way()) trouble_.inform("The search index is complete again");
  return rebuild_.under_way();
}

bool store::sweep() {
  const retention& keep = options_.keep;
  if (keep.entries == 0 && keep.bytes == 0 && keep.age.count() == 0) return false;
  const steady_time now = options_.time->now();
  const bool due = swept_ > 0 || !sweep_done_ || now >= *sweep_done_ + between_sweeps;
  std::vector<room_row> trimmed;
  for (const std::int64_t number : std::exchange(urgent_, {}))
    trim_room(number, trimmed);
  for (int i = 0; due && i < rooms_at_once && trimmed.size() < most_trimmed; ++i) {
    const auto r = writer().rooms.next_after(swept_);
    if (!r) {
      swept_ = 0;
      sweep_done_ = now;
      break;
    }
    swept_ = r->number;
    trim_room(r->number, trimmed);
  }
  for (const room_row& r : trimmed)
    trimmed_.push_back(r.tag);
  writer().commit();
  trimmed_.clear();
  for (const room_row& r : trimmed)
    refresh(r);
  return !urgent_.empty() || swept_ > 0;
}

void store::trim_room(std::int64_t number, std::vector<room_row>& trimmed) {
  auto r = writer().rooms.next_after(number - 1);
  if (!r || r->number != number) return;
  const wall_time now = settled_.look(options_.time->now(), options_.time->wall_now());
  const std::size_t taken =
      trim(writer().records, writer().turns, *r, options_.keep, now, records_at_once);
  if (taken == 0) return;
  writer().rooms.update(*r);
  search_index::trim(writer().db, number, r->first);
  if (taken == records_at_once) urgent_.push_back(number);
  trimmed.push_back(std::move(*r));
}

void store::refresh(const room_row& r) {
  const auto name = open_name(keys_, r);
  room_state* known = name ? rooms_.find(*name) : nullptr;
  if (!known) return;
  known->now.row = r;
  known->unshown = 0;
}

} // namespace asio_chat::sqlite
