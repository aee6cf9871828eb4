#include "journal/sqlite/store_loader.hpp"

#include "journal/sqlite/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace asio_chat::sqlite {

namespace {

/// The records of a room, newest first, without what is long.
class newest_records {
 public:
  explicit newest_records(SQLite::Database& db)
      : rows_(db, "SELECT place, last, time, chain, ids FROM records "
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

/// The row and the newest record say the same.
void check_head(const room_row& r, const key_ring& keys, bool is_there, std::uint64_t last,
                const chain_value& chain) {
  const bool fits = is_there ? last == r.head && chain == r.chain
                             : r.first == r.head + 1 && r.chain_before == r.chain;
  if (fits) return;
  const auto name = open_name(keys, r);
  throw error(fail(errc::storage_failed,
                   fmt::format("the newest entries of #{} are not those that were written",
                               name ? *name : std::string("?"))));
}

void add_ids(id_memory& known, std::string_view bytes, std::uint64_t first, wall_time time,
             steady_time noted) {
  constexpr std::size_t one = 1 + std::tuple_size<id_hash>();
  for (; bytes.size() >= one; bytes.remove_prefix(one)) {
    id_hash id{};
    std::transform(bytes.begin() + 1, bytes.begin() + one, id.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    known.add(id, {first + static_cast<std::uint8_t>(bytes[0]), time}, noted);
  }
}

} // namespace

std::vector<held_name> store_loader::load() {
  const clock& time = *store_.options.time;
  empty_erased_rooms();
  upkeep_.start();
  // A name that is held for nobody harms less than a history that cannot be opened.
  std::vector<held_name> names =
      writer().names.all([this](const failure& f) { store_.reporter.tell(f.message); });
  const wall_time now = upkeep_.settled_now();
  newest_records records(writer().db);
  std::int64_t count = 0;
  for (auto r = writer().rooms.next_after(0); r; r = writer().rooms.next_after(r->number)) {
    ++count;
    SQLite::Statement& rows = records.of(r->number, place_of(r->number + 1, 0));
    const bool any = rows.executeStep();
    check_head(*r, store_.keys, any, any ? number_at(rows, 1) : 0,
               any ? array_at<chain_value>(rows, 3) : chain_value{});
    rows.reset();
    recall_ids(*r, now);
    index_backlog(*r);
  }
  if (count != store_.file.header().rooms)
    throw error(fail(errc::storage_failed, "a room has been taken out"));
  store_.ids.sort();
  store_.ids.forget(time.now());
  return names;
}

/// Those of the window, which may begin in each stretch of times that never decrease.
void store_loader::recall_ids(const room_row& r, wall_time now) {
  newest_records records(writer().db);
  const steady_time steady = store_.options.time->now();
  const auto begin = static_cast<std::uint64_t>(place_of(r.number, 0));
  for (std::optional<std::uint64_t> end = r.head + 1; end;) {
    SQLite::Statement& rows = records.of(r.number, place_of(r.number, *end));
    end.reset();
    while (!end && rows.executeStep()) {
      const std::uint64_t first = number_at(rows, 0) - begin;
      const wall_time time = time_at(rows, 2);
      if (time > now - store_.options.id_window) {
        // What is later than now was written while the clock was wrong.
        add_ids(store_.ids, bytes_at(rows, 4), first, time,
                steady - std::max(now - time, wall_time::duration::zero()));
        if (store_.ids.size() < 2 * store_.options.ids) continue;
        store_.ids.sort();
        store_.ids.forget(steady);
      } else {
        end = writer().turns.last_until(r.number, first);
        if (!end) return;
      }
    }
  }
}

/// Also in a backup that was made before they were erased, and put back.
void store_loader::empty_erased_rooms() {
  const auto destroyed = store_.keys.destroyed().value();
  if (destroyed.empty()) return;
  std::vector<room_row> erased;
  for (auto r = writer().rooms.next_after(0); r; r = writer().rooms.next_after(r->number)) {
    if (is_erased(*r, destroyed)) erased.push_back(std::move(*r));
  }
  if (erased.empty()) return;
  store_header header = store_.file.header();
  header.epoch = store_.file.next_epoch(store_.options.time->wall_now());
  writer().begin();
  for (const room_row& r : erased) {
    writer().records.erase_from(r.number, 0);
    writer().turns.erase_from(r.number, 0);
    search_index::trim(writer().db, r.number, std::numeric_limits<std::int64_t>::max());
    room_row anew;
    anew.number = r.number;
    anew.tag = r.tag;
    anew.name = r.name;
    anew.epoch = header.epoch;
    writer().rooms.update(anew);
  }
  store_.file.set_header(header);
  writer().commit();
}

void store_loader::index_backlog(const room_row& r) {
  std::uint64_t done = search_index::last_written(writer().db, r.number);
  if (const auto below = search_rebuild::below(writer().db, r.number); below > 0)
    done = std::max(done, below - 1);
  if (done >= r.head) return;
  writer().records.forwards(r, std::max(done + 1, r.first), [&](const stored_record& s) {
    const auto key = store_.keys.key(r.tag, s.header.key);
    if (!key) return true; // nobody can read it
    const auto entries = sqlite::open(**key, s.header, s.before, s.sealed, {});
    if (!entries) return true; // damaged: told to those who read it
    for (const journal::record& e : *entries) {
      if (e.what.at.offset > done) store_.index.add(r.number, s.header.key, **key, e.what);
    }
    if (store_.index.full()) upkeep_.write_index();
    return true;
  });
}

} // namespace asio_chat::sqlite
