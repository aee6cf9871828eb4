#include "journal/sqlite/store_loader.hpp"

#include "accounts/people_store.hpp"
#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/drop_log.hpp"
#include "journal/sqlite/state_check.hpp"
#include "journal/sqlite/witness.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

std::vector<held_name> store_loader::load(bool has_witness) {
  check_state();
  check_ring();
  if (!store_.options.open_without_keys) check_keys(writer().db, writer().rooms, store_.keys);
  empty_erased_rooms();
  forget_destroyed_texts();
  if (const auto why = why_put_back(writer().db, writer().head, store_.keys, has_witness);
      !why.empty())
    begin_epochs(why);
  upkeep_.start();
  // A name that is held for nobody harms less than a history that cannot be opened.
  std::vector<held_name> names =
      writer().names.all([this](const failure& f) { store_.reporter.tell(f.message); });
  head_check head(writer().db);
  std::int64_t count = 0;
  for (auto r = writer().rooms.next_of_any(0); r; r = writer().rooms.next_of_any(r->row.number)) {
    ++count;
    if (r->whole) head.look_up(r->row);
    look_at(*r, head);
  }
  check_count(writer().rooms, count);
  check_places(writer().db, writer().rooms);
  return names;
}

/// What can be made again, or done without, is no reason to keep everybody from the history.
void store_loader::check_state() {
  SQLite::Database& db = writer().db;
  table_sums& sums = writer().head.sums();
  const state_report found =
      sqlite::check_state(db, writer().head, store_.keys, tables_read::small);
  if (found.changed.empty()) return;
  if (std::ranges::any_of(found.changed, is_derived)) check_ends();
  writer().begin();
  // Only the MACs that were there count: others may be those of an older row, to be put back later.
  for (const auto& [number, mac] : found.rooms_had) {
    if (writer().rooms.stored_mac(number) == mac) continue;
    writer().rooms.set_mac(number, mac);
    store_.reporter.tell(describe_put_right(store_.file.name(), number));
  }
  bool index_is_told = false;
  for (const covered t : found.changed) {
    if (t == covered::rooms) continue; // each room that tells is closed, or is whole now
    sums.of(t) = sums.read(t, db);
    const bool is_index = is_derived(t);
    if (!is_index || !std::exchange(index_is_told, true))
      store_.reporter.tell(describe_repair(store_.file.name(), t));
  }
  if (index_is_told) search_rebuild::begin(db, &sums);
  writer().commit();
}

/// Before anything is made anew: where entries are not as they were left either, what looks like
/// the index need not be it.
void store_loader::check_ends() {
  head_check ends(writer().db);
  for (auto r = writer().rooms.next_of_any(0); r; r = writer().rooms.next_of_any(r->row.number)) {
    if (!r->whole) continue;
    ends.look_up(r->row);
    ends.look_at(*r);
  }
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
void store_loader::look_at(const found_row& found, head_check& head) {
  try {
    head.look_at(found);
  } catch (const damage& e) {
    close(found.row, e.what());
  } catch (const SQLite::Exception& e) {
    if (!is_damage(e)) throw;
    close(found.row, e.what());
  }
}

void store_loader::complete_index() {
  check_rows_of_index();
  for (auto r = writer().rooms.next_of_any(0); r; r = writer().rooms.next_of_any(r->row.number)) {
    if (!r->whole || store_.closed.contains(r->row.tag)) continue;
    try {
      index_backlog(r->row);
    } catch (const SQLite::Exception& e) {
      // The search index is not that room's alone.
      if (writes_index_ || !is_damage(e)) throw;
      close(r->row, e.what());
    }
  }
}

void store_loader::check_rows_of_index() {
  SQLite::Database& db = writer().db;
  table_sums& sums = writer().head.sums();
  if (sums.read(covered::search_rows, db) == sums.of(covered::search_rows)) return;
  // Where entries are not as they were left either, what looks like the index need not be it.
  if (!store_.closed.empty())
    throw SQLite::Exception(describe_change(covered::search_rows) + ", and rooms are damaged too",
                            SQLITE_CORRUPT);
  store_.reporter.tell(describe_repair(store_.file.name(), covered::search_rows));
  writer().begin();
  search_rebuild::begin(db, &sums);
  writer().commit();
  upkeep_.find_rebuild();
}

void store_loader::close(const room_row& r, const char* why) {
  store_.reporter.tell(close_room(r, why, writer().rooms, store_.keys, store_.closed));
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
      // Either of its tag and its name may be what was changed.
      const auto name = open_name(store_.keys, r->row);
      const auto is_gone = [&](const room_tag& tag) {
        return destroyed.contains(tag) && has_no_key(tag);
      };
      if (name && !is_gone(r->row.tag)) {
        const room_tag tag = store_.keys.tag_of(*name);
        if (writer().rooms.has_whole(tag)) continue; // the name of another room
        r->row.tag = tag;
      }
      if (!is_gone(r->row.tag)) continue;
      if (r->row.tag == store_.keys.tag_of(store_.options.erased))
        r->row.name = seal_name(store_.keys, store_.options.erased);
    } else if (!is_erased(r->row, destroyed)) {
      continue;
    }
    erased.push_back(std::move(r->row));
  }
  if (erased.empty()) return;
  store_header header = store_.file.header();
  header.epoch = store_.file.next_epoch(store_.options.time->wall_now());
  writer().begin();
  for (const room_row& r : erased)
    empty_room(writer(), r, header.epoch);
  forget_facts(erased);
  store_.file.set_header(header);
  writer().commit();
}

/// Who opens such a room next finds it as one in which nothing was ever said: with nobody's roles,
/// modes, key, pins or bans.
void store_loader::forget_facts(const std::vector<room_row>& erased) {
  std::set<std::string> names;
  for (const room_row& r : erased)
    if (auto name = open_name(store_.keys, r)) names.insert(*std::move(name));
  std::vector<fact> gone;
  writer().people.for_each([&](const fact& f) {
    if (names.contains(room_of(f))) gone.push_back({f.kind, f.key, {}});
  });
  for (const fact& f : gone)
    writer().people.keep(f);
}

/// What is left of them outside the log: words in the index, which nobody can read any more, and a
/// topic. Also in a backup that was made before, and put back.
void store_loader::forget_destroyed_texts() {
  if (const auto done = store_.keys.destroy_searches(); !done) throw error(done.error());
  const auto unreadable = value_of(store_.keys.without_search());
  const auto destroyed = value_of(store_.keys.destroyed());
  if (unreadable.empty()) return;
  std::set<std::int64_t> indexed; // under one of those
  std::vector<room_row> rooms;
  SQLite::Statement keys(writer().db, "SELECT DISTINCT key FROM search_runs WHERE room=?");
  for (auto r = writer().rooms.next_of_any(0); r; r = writer().rooms.next_of_any(r->row.number)) {
    if (!r->whole) continue;
    const room_tag& tag = r->row.tag;
    const auto first = std::ranges::lower_bound(unreadable, std::pair(tag, std::uint32_t{0}));
    if (first == unreadable.end() || first->first != tag) continue;
    const auto gone = destroyed.find(tag);
    bool is_indexed = false;
    keys.bind(1, r->row.number);
    while (keys.executeStep()) {
      const std::uint32_t key = key_number_at(keys, 0);
      is_indexed |= std::ranges::binary_search(unreadable, std::pair(tag, key)) ||
                    (gone != destroyed.end() && key <= gone->second);
    }
    keys.reset();
    const auto topic = open_topic(store_.keys, r->row);
    const bool topic_is_gone = topic && topic->empty() && !r->row.topic.empty();
    if (is_indexed) indexed.insert(r->row.number);
    if (topic_is_gone) r->row.topic.clear();
    if (is_indexed || topic_is_gone) rooms.push_back(std::move(r->row));
  }
  // The head has to know of it: or else an older ring would not be told from this one.
  if (rooms.empty() && writer().head.keys_seen() >= store_.keys.changes()) return;
  writer().begin();
  for (room_row& r : rooms) {
    if (indexed.contains(r.number))
      search_rebuild::begin_room(writer().db, r, writer().head.sums());
    writer().rooms.update(r);
  }
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
    const auto entries = sqlite::open(**key, s, {});
    if (!entries) return true; // damaged: told to those who read it
    const std::uint32_t number = value_of(store_.keys.key_for_index(r.tag, s.header.key));
    const auto for_index = value_of(store_.keys.key(r.tag, number));
    for (const journal::record& e : *entries) {
      if (e.what.at.offset > done) store_.index.add(r.number, number, *for_index, e.what);
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
