#include "journal/sqlite/id_recall.hpp"

#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/start_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

/// The records of a room, newest first, without what is long.
class newest_records {
 public:
  explicit newest_records(SQLite::Database& db)
      : rows_(db, "SELECT place, time, ids FROM records "
                  "WHERE place BETWEEN ? AND ? ORDER BY place DESC") {}
  /// @param end those from here on are left out
  SQLite::Statement& of(std::int64_t room, std::int64_t end) {
    rows_.reset();
    rows_.bind(1, place_of(room, 0));
    rows_.bind(2, end - 1);
    return rows_;
  }

 private:
  SQLite::Statement rows_;
};

/// Adds the ids of one room, record by record.
class id_reader {
 public:
  id_reader(store_parts& s, const room_row& r)
      : known_(s.ids)
      , expected_(std::min<std::uint64_t>(known_.size() + r.head + 1 - r.first, s.options.ids)) {}
  /// @param first the offset of the record's first entry
  void add(std::string_view list, std::uint64_t first, wall_time time, steady_time noted) {
    if (list.empty()) return;
    if (id_list::is_old(list)) { // of ids without a counter, and more such lists follow
      known_.may_be_counted(noted);
      if (expected_ > 0) known_.expect(std::exchange(expected_, 0));
    }
    const bool is_known_form = id_list::read(list, [&](id_run run) {
      for (std::uint8_t n = 0; n < run.count; ++n) {
        known_.add(run.first, {first + run.place + n, time}, noted);
        ++run.first.index;
      }
    });
    if (!is_known_form) {
      throw SQLite::Exception(
          fmt::format("the ids of its entries from {} on are in a form that is not known", first),
          SQLITE_CORRUPT);
    }
  }

 private:
  id_memory& known_;
  std::size_t expected_; ///< at most, and mostly nearly as many; 0: that is known already
};

/// @param records of the connection that writes
void recall_ids_of(store_parts& store, newest_records& records, const room_row& r, wall_time now) {
  const steady_time steady = store.options.time->now();
  id_reader ids(store, r);
  const auto begin = static_cast<std::uint64_t>(place_of(r.number, 0));
  for (std::optional<std::uint64_t> end = r.head + 1; end;) {
    SQLite::Statement& rows = records.of(r.number, place_of(r.number, *end));
    end.reset();
    while (!end && rows.executeStep()) {
      const std::uint64_t first = number_at(rows, 0) - begin;
      const wall_time time = time_at(rows, 1);
      if (time > now - store.options.id_window) {
        // What is later than now was written while the clock was wrong.
        ids.add(bytes_at(rows, 2), first, time,
                steady - std::max(now - time, wall_time::duration::zero()));
        if (store.ids.size() < 2 * store.options.ids) continue;
        store.ids.sort();
        store.ids.forget(steady);
      } else {
        end = store.file.writer().turns.last_until(r.number, first);
        if (!end) return;
      }
    }
  }
}

} // namespace

void recall_ids(store_parts& s, wall_time now) {
  writer_connection& writer = s.file.writer();
  newest_records records(writer.db);
  for (auto r = writer.rooms.next_of_any(0); r; r = writer.rooms.next_of_any(r->row.number)) {
    if (!r->whole || s.closed.contains(r->row.tag)) continue;
    try {
      recall_ids_of(s, records, r->row, now);
    } catch (const SQLite::Exception& e) {
      if (!is_damage(e)) throw;
      s.reporter.tell(close_room(r->row, e.what(), writer.rooms, s.keys, s.closed));
    }
  }
  s.ids.sort();
  s.ids.forget(s.options.time->now());
}

} // namespace asio_chat::sqlite
