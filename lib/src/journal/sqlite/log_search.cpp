#include "journal/sqlite/log_search.hpp"

#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/search_rebuild.hpp"

#include <algorithm>
#include <optional>

namespace asio_chat::sqlite {

log_search::log_search(const SQLite::Database& db, record_table& records, key_ring& keys)
    : db_(db)
    , records_(records)
    , keys_(keys)
    , turns_(db)
    , record_at_(db, "SELECT place, last, time FROM records WHERE place BETWEEN ? AND ? "
                     "ORDER BY place DESC LIMIT 1") {}

result<journal::hits> log_search::run(const search_query& q, const room_row& room,
                                      search_candidates& candidates) {
  opened_.clear();
  const offsets wanted = within_times(q, room);
  candidates.narrow(wanted.first, wanted.last);
  auto hits = pick_hits(q, candidates,
                        [&](std::uint64_t offset) { return entry_at(offset, room, q.room); });
  if (hits) hits->incomplete = search_rebuild::below(db_, room.number) > wanted.first;
  return hits;
}

log_search::offsets log_search::within_times(const search_query& q, const room_row& room) {
  if (!q.since && !q.until) return {room.first, room.head};
  offsets wanted{room.head + 1, 0};
  std::uint64_t begin = room.first;
  while (begin <= room.head) {
    const auto turn = turns_.next_after(room.number, begin);
    const offsets stretch{begin, turn && *turn <= room.head ? *turn - 1 : room.head};
    offsets part = stretch;
    if (q.since) part.first = first_record_since(*q.since, room, stretch).first;
    // The first record that ends at that time or later may begin before.
    if (q.until) part.last = first_record_since(*q.until, room, stretch).last;
    if (part.first <= part.last) {
      wanted.first = std::min(wanted.first, part.first);
      wanted.last = part.last;
    }
    begin = stretch.last + 1;
  }
  return wanted;
}

log_search::offsets log_search::first_record_since(wall_time t, const room_row& room,
                                                   offsets stretch) {
  // Its times never decrease, so halving finds it. A record's time is that of its last entry.
  std::uint64_t begin = stretch.first;
  offsets found{stretch.last + 1, stretch.last};
  while (begin < found.first) {
    const std::uint64_t middle = begin + (found.first - begin) / 2;
    record_at_.reset();
    record_at_.bind(1, place_of(room.number, 0));
    record_at_.bind(2, place_of(room.number, middle));
    if (!record_at_.executeStep()) break; // there is none: the row says more than the records
    const std::uint64_t its_first = number_at(record_at_, 0) & ((1ull << offset_bits) - 1);
    const std::uint64_t its_last = number_at(record_at_, 1);
    if (time_at(record_at_, 2) < t) {
      begin = std::max(its_last, middle) + 1;
    } else {
      found = {std::max(its_first, begin), its_last};
    }
  }
  record_at_.reset();
  return found;
}

result<const journal::record*> log_search::entry_at(std::uint64_t offset, const room_row& room,
                                                    const std::string& name) {
  const auto in_opened = [&] {
    return !opened_.empty() && offset >= opened_.front().what.at.offset &&
           offset <= opened_.back().what.at.offset;
  };
  if (!in_opened()) {
    opened_.clear();
    std::optional<failure> wrong;
    records_.backwards(room, offset, [&](const stored_record& r) {
      const auto key = keys_.key(room.tag, r.header.key);
      if (!key && key.error().code == errc::not_available) return false; // destroyed
      auto entries = key ? open(**key, r, name) : key.error();
      if (entries) {
        opened_ = std::move(*entries);
      } else {
        wrong = entries.error();
      }
      return false;
    });
    if (wrong) return *wrong;
  }
  if (!in_opened()) return nullptr;
  return &opened_[offset - opened_.front().what.at.offset];
}

} // namespace asio_chat::sqlite
