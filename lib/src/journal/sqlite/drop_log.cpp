#include "journal/sqlite/drop_log.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t records_of_piece = 512;

failure not_dropped() {
  return fail(errc::storage_failed,
              "the server cannot write to its disk: the log is not known to be removed; try again "
              "later");
}

/// A clock that has jumped is not believed at once, and while ids of its messages are known a log
/// that begins anew would answer for what the old one had.
bool is_quiet(store_parts& s, store_upkeep& upkeep, const room_row& r, wall_time quiet) {
  const wall_time now = upkeep.settled_now();
  const auto doubt = std::max(s.options.time->wall_now() - now, wall_time::duration::zero());
  return r.time <= quiet - doubt && r.time <= now - s.ids.window();
}

bool is_long(store_parts& s, const room_row& r) {
  std::size_t records = 0;
  s.file.writer().records.forwards(
      r, 0, [&](const stored_record&) { return ++records <= records_of_piece; });
  return records > records_of_piece;
}

void take_piece(store_parts& s, room_row r) {
  constexpr retention nothing{.age = std::chrono::milliseconds(1)};
  constexpr wall_time all_are_old = wall_time::max() - std::chrono::hours(1);
  writer_connection& w = s.file.writer();
  w.begin();
  trim(w.records, w.turns, r, nothing, all_are_old, records_of_piece);
  w.rooms.update(r);
  search_index::trim(w.db, r.number, r.first, w.head.sums());
  s.file.commit_trims({&r, 1});
}

} // namespace

result<std::optional<destruction>> plan_drop(store_parts& s, store_upkeep& upkeep,
                                             drop_operation& what) {
  using state = journal::drop_state;
  const auto answered = [&what](state how) {
    what.state = how;
    return std::optional<destruction>();
  };
  if (!s.gone.empty()) {
    s.reporter.tell(s.gone);
    return not_dropped();
  }
  try {
    const room_tag tag = s.keys.tag_of(what.room);
    const room_state* known = s.rooms.find(what.room);
    // Of a room that is damaged nothing is thrown away, and what makes the index knows its rooms.
    if ((known && known->users > 0) || s.closed.contains(tag) || upkeep.index_is_rebuilt())
      return answered(state::kept);
    s.file.writer(); // what a failure may have left is taken out first
    auto row = s.file.row_of(tag);
    if (!row || row->key == 0) return answered(state::gone);
    if (!is_quiet(s, upkeep, *row, what.quiet)) return answered(state::kept);
    if (is_long(s, *row)) {
      take_piece(s, *std::move(row));
      return answered(state::partly);
    }
    return std::optional(destruction{{tag, {}}, row->number, what.room, row->key});
  } catch (const SQLite::Exception& e) {
    s.reporter.fails(explain(s.file.name(), e).message);
    s.file.give_up();
  } catch (const error& e) {
    s.reporter.tell(e.what());
    s.file.roll_back();
  }
  return not_dropped();
}

void empty_room(writer_connection& w, const room_row& r, std::uint64_t epoch) {
  w.records.erase_from(r.number, 0);
  w.turns.erase_from(r.number, 0);
  search_index::trim(w.db, r.number, std::numeric_limits<std::int64_t>::max(), w.head.sums());
  room_row anew;
  anew.number = r.number;
  anew.tag = r.tag;
  anew.name = r.name;
  anew.epoch = epoch;
  w.rooms.erase(r.number);
  w.rooms.insert(anew);
}

} // namespace asio_chat::sqlite
