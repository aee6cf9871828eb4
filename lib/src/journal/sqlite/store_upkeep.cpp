#include "journal/sqlite/store_upkeep.hpp"

#include "journal/sqlite/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr std::chrono::minutes between_sweeps{1};
// Of one transaction: nobody who appends waits long for it.
constexpr int rooms_at_once = 64;
constexpr std::size_t max_trimmed = 4;
constexpr std::size_t records_at_once = 512; // of a room

/// Of all entries; none if there are none.
std::optional<wall_time> newest_time(SQLite::Database& db) {
  const std::int64_t ms = db.execAndGet("SELECT coalesce(max(time), 0) FROM rooms").getInt64();
  return ms == 0 ? std::nullopt : std::optional(wall_time(std::chrono::milliseconds(ms)));
}

} // namespace

store_upkeep::store_upkeep(store_parts& s)
    : store_(s)
    , rebuild_(s.options.index.entries / 4) {}

void store_upkeep::start() {
  const clock& time = *store_.options.time;
  find_rebuild();
  settled_.start(time.now(), time.wall_now(), newest_time(writer().db));
}

void store_upkeep::find_rebuild() {
  if (rebuild_.find(writer().db))
    store_.reporter.inform(
        "The search index is being rebuilt in the background, the newest entries first; "
        "until then a search may not find older ones, and says so");
}

wall_time store_upkeep::settled_now() {
  return settled_.look(store_.options.time->now(), store_.options.time->wall_now());
}

bool store_upkeep::step() {
  try {
    look_at_files();
    const bool index_is_due = store_.index.full();
    if (index_is_due) write_index();
    bool more = sweep();
    if (rebuild_.under_way()) more |= rebuild_index();
    if (index_is_due) return true; // the checkpoint comes when those who wait have been answered
    writer().checkpoint_if_due();
    return more;
  } catch (const SQLite::Exception& e) {
    store_.reporter.fails(explain(store_.file.name(), e).message);
    store_.file.give_up();
  } catch (const error& e) {
    store_.reporter.tell(e.what());
    store_.file.roll_back();
  }
  return false;
}

/// Of the journal itself every commit makes sure; these two are looked at when the answers are out.
void store_upkeep::look_at_files() {
  store_.gone.clear();
  if (!store_.keys.is_in_place()) {
    store_.gone = moved(key_database(store_.keys.path())).message;
  } else if (!store_.keys.is_as_left()) {
    store_.gone = fmt::format("the key ring '{}' has been changed by another program while the "
                              "server runs: nothing is kept from here on; put the right one "
                              "back, and restart the server",
                              store_.keys.path());
  } else if (!writer().wal_is_in_place()) {
    store_.gone = moved(wal_of(store_.file.name())).message;
  }
}

void store_upkeep::write_index() {
  writer().begin();
  store_.index.write(writer().db, writer().head.sums());
  writer().commit();
  store_.index.written();
}

bool store_upkeep::rebuild_index() {
  rebuild_.step(writer(), store_.keys);
  if (!rebuild_.under_way()) store_.reporter.inform("The search index is complete again");
  return rebuild_.under_way();
}

bool store_upkeep::sweep() {
  const retention& keep = store_.options.keep;
  if (keep.entries == 0 && keep.bytes == 0 && keep.age.count() == 0) return false;
  const steady_time now = store_.options.time->now();
  const bool due = swept_ > 0 || !sweep_done_ || now >= *sweep_done_ + between_sweeps;
  std::vector<room_row> trimmed;
  for (const std::int64_t number : std::exchange(urgent_, {}))
    trim_room(number, trimmed);
  for (int i = 0; due && i < rooms_at_once && trimmed.size() < max_trimmed; ++i) {
    const auto r = writer().rooms.next_of_any(swept_);
    if (!r) {
      swept_ = 0;
      sweep_done_ = now;
      break;
    }
    swept_ = r->row.number;
    trim_room(swept_, trimmed);
  }
  store_.file.commit_trims(trimmed);
  return !urgent_.empty() || swept_ > 0;
}

void store_upkeep::trim_room(std::int64_t number, std::vector<room_row>& trimmed) {
  auto found = writer().rooms.next_of_any(number - 1);
  if (!found || found->row.number != number) return;
  room_row& r = found->row;
  // Of a room that is damaged nothing is thrown away.
  if (!found->whole || store_.closed.contains(r.tag)) return;
  writer().begin(); // the row and the records go together
  const std::uint64_t first_before = r.first;
  r.first = first_shown(r, store_.options.keep); // it may have been lowered since anybody spoke
  const std::size_t taken = trim(writer().records, writer().turns, r, store_.options.keep,
                                 settled_now(), records_at_once);
  if (taken == 0 && r.first == first_before) return;
  writer().rooms.update(r);
  search_index::trim(writer().db, number, r.first, writer().head.sums());
  if (taken == records_at_once) urgent_.push_back(number);
  trimmed.push_back(std::move(r));
}

} // namespace asio_chat::sqlite
