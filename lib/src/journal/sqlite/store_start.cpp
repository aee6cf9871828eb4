// The start of a store: what it has to know, and whether the file is whole at its ends.
#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/store.hpp"

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

/// Of all entries; none if there are none.
std::optional<wall_time> newest_time(SQLite::Database& db) {
  const std::int64_t ms = db.execAndGet("SELECT coalesce(max(time), 0) FROM rooms").getInt64();
  return ms == 0 ? std::nullopt : std::optional(wall_time(std::chrono::milliseconds(ms)));
}

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

store::store(store_options o, key_ring& keys)
    : options_(std::move(o))
    , keys_(keys)
    , trouble_(options_.on_trouble)
    , rooms_(options_.idle_rooms)
    , ids_(options_.id_window, options_.ids)
    , index_(options_.index)
    , rebuild_(options_.index.entries / 4) {}

result<std::unique_ptr<store>> store::open(store_options o, key_ring& keys) {
  if (auto ready = prepare_file(o.file); !ready) return std::move(ready.error());
  const database_file file = o.file;
  std::unique_ptr<store> s(new store(std::move(o), keys));
  try {
    SQLite::Database db = connect(file);
    if (const auto ours = check_kind(db, file, journal_schema()); !ours) return ours.error();
    prepare_to_write(db);
    if (auto done = bring_up_to_date(db, file, journal_schema()); !done)
      return std::move(done.error());
    turn_table::create(db); // the file may be from before there was one
    s->start(std::move(db));
    return s;
  } catch (const SQLite::Exception& e) {
    return explain(file, e);
  } catch (const error& e) {
    return fail(
        errc::storage_failed,
        fmt::format("the journal '{}' cannot be used: {}; restore a backup", file.path, e.what()));
  }
}

void store::start(SQLite::Database db) {
  writer_ = std::make_unique<writer_connection>(std::move(db), keys_);
  house_ = writer_->rooms.house();
  newest_epoch_ = house_.epoch;
  empty_erased_rooms();
  if (rebuild_.find(writer_->db))
    trouble_.inform(
        "The search index is being rebuilt in the background, the newest entries first; "
        "until then a search may not find older ones, and says so");
  // A name that is held for nobody harms less than a history that cannot be opened.
  names_ = writer_->names.all([this](const failure& f) { trouble_.tell(f.message); });

  settled_.start(options_.time->now(), options_.time->wall_now(), newest_time(writer_->db));
  const wall_time now = settled_.look(options_.time->now(), options_.time->wall_now());
  newest_records records(writer_->db);
  std::int64_t count = 0;
  for (auto r = writer_->rooms.next_after(0); r; r = writer_->rooms.next_after(r->number)) {
    ++count;
    SQLite::Statement& rows = records.of(r->number, place_of(r->number + 1, 0));
    const bool any = rows.executeStep();
    check_head(*r, keys_, any, any ? number_at(rows, 1) : 0,
               any ? array_at<chain_value>(rows, 3) : chain_value{});
    rows.reset();
    recall_ids(*r, now);
    index_backlog(*r);
  }
  if (count != house_.rooms) throw error(fail(errc::storage_failed, "a room has been taken out"));
  ids_.sort();
  ids_.forget(options_.time->now());
}

/// Those of the window, which may begin in each stretch of times that never decrease.
void store::recall_ids(const room_row& r, wall_time now) {
  newest_records records(writer_->db);
  const steady_time steady = options_.time->now();
  const auto begin = static_cast<std::uint64_t>(place_of(r.number, 0));
  for (std::optional<std::uint64_t> end = r.head + 1; end;) {
    SQLite::Statement& rows = records.of(r.number, place_of(r.number, *end));
    end.reset();
    while (!end && rows.executeStep()) {
      const std::uint64_t first = number_at(rows, 0) - begin;
      const wall_time time = time_at(rows, 2);
      if (time > now - options_.id_window) {
        // What is later than now was written while the clock was wrong.
        add_ids(ids_, bytes_at(rows, 4), first, time,
                steady - std::max(now - time, wall_time::duration::zero()));
        if (ids_.size() < 2 * options_.ids) continue;
        ids_.sort();
        ids_.forget(steady);
      } else {
        end = writer_->turns.last_until(r.number, first);
        if (!end) return;
      }
    }
  }
}

/// Also in a backup that was made before they were erased, and put back.
void store::empty_erased_rooms() {
  const auto destroyed = keys_.destroyed().value();
  if (destroyed.empty()) return;
  std::vector<room_row> erased;
  for (auto r = writer_->rooms.next_after(0); r; r = writer_->rooms.next_after(r->number)) {
    if (is_erased(*r, destroyed)) erased.push_back(std::move(*r));
  }
  if (erased.empty()) return;
  const auto now = static_cast<std::uint64_t>(options_.time->wall_now().time_since_epoch().count());
  house_.epoch = newest_epoch_ = std::max(house_.epoch + 1, now);
  writer_->begin();
  for (const room_row& r : erased) {
    writer_->records.erase_from(r.number, 0);
    writer_->turns.erase_from(r.number, 0);
    search_index::trim(writer_->db, r.number, std::numeric_limits<std::int64_t>::max());
    room_row anew;
    anew.number = r.number;
    anew.tag = r.tag;
    anew.name = r.name;
    anew.epoch = house_.epoch;
    writer_->rooms.update(anew);
  }
  writer_->rooms.set_house(house_);
  writer_->commit();
}

void store::index_backlog(const room_row& r) {
  std::uint64_t done = search_index::last_written(writer_->db, r.number);
  if (const auto below = search_rebuild::below(writer_->db, r.number); below > 0)
    done = std::max(done, below - 1);
  if (done >= r.head) return;
  writer_->records.forwards(r, std::max(done + 1, r.first), [&](const stored_record& s) {
    const auto key = keys_.key(r.tag, s.header.key);
    if (!key) return true; // nobody can read it
    const auto entries = sqlite::open(**key, s.header, s.before, s.sealed, {});
    if (!entries) return true; // damaged: told to those who read it
    for (const journal::record& e : *entries) {
      if (e.what.at.offset > done) index_.add(r.number, s.header.key, **key, e.what);
    }
    if (index_.full()) write_index();
    return true;
  });
}

} // namespace asio_chat::sqlite
