#include "journal/sqlite/store_loader.hpp"

#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/state_check.hpp"
#include "journal/sqlite/witness.hpp"

#include <algorithm>
#include <limits>
#include <utility>

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

std::vector<held_name> store_loader::load(bool has_witness) {
  const clock& time = *store_.options.time;
  check_state();
  check_ring();
  if (!store_.options.open_without_keys) check_keys(writer().db, writer().rooms, store_.keys);
  empty_erased_rooms();
  if (const auto why = why_put_back(writer().db, writer().head, store_.keys, has_witness);
      !why.empty())
    begin_epochs(why);
  upkeep_.start();
  // A name that is held for nobody harms less than a history that cannot be opened.
  std::vector<held_name> names =
      writer().names.all([this](const failure& f) { store_.reporter.tell(f.message); });
  const wall_time now = upkeep_.settled_now();
  head_check head(writer().db);
  std::int64_t count = 0;
  for (auto r = writer().rooms.next_of_any(0); r; r = writer().rooms.next_of_any(r->row.number)) {
    ++count;
    look_at(*r, head, now);
  }
  check_count(writer().rooms, count);
  store_.ids.sort();
  store_.ids.forget(time.now());
  return names;
}

/// What can be made again, or done without, is no reason to keep everybody from the history.
void store_loader::check_state() {
  SQLite::Database& db = writer().db;
  table_sums& sums = writer().head.sums();
  const state_report found = sqlite::check_state(db, writer().head, store_.keys, tables_read::all);
  if (found.changed.empty()) return;
  writer().begin();
  bool index_is_told = false;
  for (const covered t : found.changed) {
    sums.of(t) = sums.read(t, db);
    if (t == covered::rooms) continue; // each room that tells is closed
    const bool is_index = is_derived(t);
    if (!is_index || !std::exchange(index_is_told, true))
      store_.reporter.tell(describe_repair(store_.file.name(), t));
  }
  if (index_is_told) search_rebuild::begin(db, &sums);
  writer().commit();
}

/// It opens, and has all keys that are needed; what else is wrong with it is told once.
void store_loader::check_ring() {
  const std::uint64_t seen = writer().head.keys_seen();
  const std::string complaint = store_.keys.complaint(seen);
  if (complaint.empty()) return;
  store_.reporter.tell("In future it is taken as it is, but " + complaint);
  if (auto settled = store_.keys.settle(seen); !settled) throw error(settled.error());
}

/// Entries that somebody has seen are not there any more: what comes from here on has positions
/// that they cannot have had. Whoever is no further than this goes on as if nothing had been.
void store_loader::begin_epochs(const std::string& why) {
  store_header header = store_.file.header();
  header.epoch = store_.file.next_epoch(store_.options.time->wall_now());
  writer().begin();
  for (auto r = writer().rooms.next_of_any(0); r; r = writer().rooms.next_of_any(r->row.number)) {
    if (!r->whole) continue; // it is closed
    begin_epoch(r->row, header.epoch);
    writer().rooms.update(r->row);
  }
  writer().head.mark_as_copy(false);
  store_.file.set_header(header);
  writer().commit();
  store_.reporter.tell(describe_put_back(store_.file.name(), why));
}

/// One room that cannot be used is no reason to keep everybody from the others.
void store_loader::look_at(const found_row& found, head_check& head, wall_time now) {
  const auto close = [&](const char* why) {
    store_.reporter.tell(close_room(found.row, why, store_.keys, store_.closed));
  };
  try {
    head.look_at(found);
    recall_ids(found.row, now);
    index_backlog(found.row);
  } catch (const damage& e) {
    close(e.what());
  } catch (const SQLite::Exception& e) {
    // The search index is not that room's alone.
    if (writes_index_ || !is_damage(e)) throw;
    close(e.what());
  }
}

/// Those of the window, which may begin in each stretch of times that never decrease.
void store_loader::recall_ids(const room_row& r, wall_time now) {
  newest_records records(writer().db);
  const steady_time steady = store_.options.time->now();
  store_.ids.expect(
      std::min<std::uint64_t>(store_.ids.size() + r.head + 1 - r.first, store_.options.ids));
  const auto begin = static_cast<std::uint64_t>(place_of(r.number, 0));
  for (std::optional<std::uint64_t> end = r.head + 1; end;) {
    SQLite::Statement& rows = records.of(r.number, place_of(r.number, *end));
    end.reset();
    while (!end && rows.executeStep()) {
      const std::uint64_t first = number_at(rows, 0) - begin;
      const wall_time time = time_at(rows, 1);
      if (time > now - store_.options.id_window) {
        // What is later than now was written while the clock was wrong.
        add_ids(store_.ids, bytes_at(rows, 2), first, time,
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
  const auto present = store_.keys.present().value();
  const auto has_no_key = [&](const room_tag& tag) {
    const auto key = std::ranges::lower_bound(present, std::pair(tag, std::uint32_t{0}));
    return key == present.end() || key->first != tag;
  };
  std::vector<room_row> erased;
  for (auto r = writer().rooms.next_of_any(0); r; r = writer().rooms.next_of_any(r->row.number)) {
    if (!r->whole) {
      // Then only its sealed name says for certain which room it is.
      const auto name = open_name(store_.keys, r->row);
      if (!name) continue;
      r->row.tag = store_.keys.tag_of(*name);
      if (!destroyed.contains(r->row.tag) || !has_no_key(r->row.tag)) continue;
    } else if (!is_erased(r->row, destroyed)) {
      continue;
    }
    erased.push_back(std::move(r->row));
  }
  if (erased.empty()) return;
  store_header header = store_.file.header();
  header.epoch = store_.file.next_epoch(store_.options.time->wall_now());
  writer().begin();
  for (const room_row& r : erased) {
    writer().records.erase_from(r.number, 0);
    writer().turns.erase_from(r.number, 0);
    search_index::trim(writer().db, r.number, std::numeric_limits<std::int64_t>::max(),
                       writer().head.sums());
    room_row anew;
    anew.number = r.number;
    anew.tag = r.tag;
    anew.name = r.name;
    anew.epoch = header.epoch;
    writer().rooms.erase(r.number);
    writer().rooms.insert(anew);
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
    if (store_.index.full()) {
      writes_index_ = true;
      upkeep_.write_index();
      writes_index_ = false;
    }
    return true;
  });
}

} // namespace asio_chat::sqlite
