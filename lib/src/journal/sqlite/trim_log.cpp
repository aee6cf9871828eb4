#include "journal/sqlite/trim_log.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t records_of_piece = 512;

failure not_taken_out() {
  return fail(errc::storage_failed,
              "the server cannot write to its disk: what is too old is not known to be removed");
}

/// What falls out of a log now.
class falling_out {
 public:
  falling_out(store_parts& s, const room_row& r, const trim_operation& what, wall_time now)
      : store_(s)
      , room_(r)
      , since_(what.since)
      , now_(now)
      , shown_(r.first) {
    // A clock that has jumped ahead is not believed at once.
    const auto doubt = std::max(s.options.time->wall_now() - now, wall_time::duration::zero());
    if (since_ != wall_time()) since_ -= doubt;
    if (what.entries > 0 && r.head >= what.entries)
      shown_ = std::max(shown_, r.head + 1 - what.entries);
  }

  void find() {
    store_.file.writer().records.forwards(room_, 0, [this](const stored_record& r) {
      const record_header& h = r.header;
      const bool whole = h.last < shown_ || is_too_old(h);
      if (!whole && h.first >= shown_) return false;
      if (taken == records_of_piece) {
        more = true;
        return false;
      }
      end = whole ? h.last + 1 : shown_;
      add(h);
      if (whole) ++taken;
      return whole;
    });
  }

  std::uint64_t end = 0; ///< what is before it goes
  std::size_t taken = 0; ///< whole records
  bool more = false;
  std::vector<doomed_texts::run> runs;

 private:
  bool is_too_old(const record_header& h) {
    if (since_ == wall_time()) return false;
    std::optional<wall_time> time = h.time;
    if (h.time > now_) // it was written while the clock was wrong
      time = store_.file.writer().turns.time_after(room_.number, h.last, now_);
    return time && *time < since_;
  }

  void add(const record_header& h) {
    if (!runs.empty() && runs.back().key == h.key) {
      runs.back().last = end - 1;
      return;
    }
    const auto key = store_.keys.key(room_.tag, h.key);
    if (!key && key.error().code != errc::not_available) throw error(key.error());
    if (key && (*key)->texts() != nullptr) runs.push_back({h.first, end - 1, h.key});
  }

  store_parts& store_;
  const room_row& room_;
  wall_time since_;
  wall_time now_;
  std::uint64_t shown_; ///< the first entry that stays by its number
};

} // namespace

result<std::optional<destruction>> plan_trim(store_parts& s, store_upkeep& upkeep,
                                             trim_operation& what) {
  if (!s.gone.empty()) {
    s.reporter.tell(s.gone);
    return not_taken_out();
  }
  try {
    const room_tag tag = s.keys.tag_of(what.room);
    // Of a room that is damaged nothing is thrown away.
    if (s.closed.contains(tag)) return std::optional<destruction>();
    s.file.writer(); // what a failure may have left is taken out first
    const auto row = s.file.row_of(tag);
    if (!row || row->key == 0) return std::optional<destruction>();
    falling_out found(s, *row, what, upkeep.settled_now());
    found.find();
    if (found.taken == 0 && found.end <= row->first) return std::optional<destruction>();
    what.more = found.more;
    destruction d{{tag, std::move(found.runs)}, row->number};
    d.taken_out = found.end;
    return std::optional(std::move(d));
  } catch (const SQLite::Exception& e) {
    s.reporter.fails(explain(s.file.name(), e).message);
    s.file.give_up();
  } catch (const error& e) {
    s.reporter.tell(e.what());
    s.file.roll_back();
  }
  return not_taken_out();
}

std::optional<room_row> take_out(writer_connection& w, const destruction& d) {
  auto row = w.rooms.find(d.doomed.room);
  if (!row) return {};
  row->first = std::max(row->first, d.taken_out);
  trim(w.records, w.turns, *row, {}, {}, records_of_piece);
  w.rooms.update(*row);
  search_index::trim(w.db, row->number, row->first, w.head.sums());
  return row;
}

} // namespace asio_chat::sqlite
