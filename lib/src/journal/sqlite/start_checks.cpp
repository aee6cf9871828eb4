#include "journal/sqlite/start_checks.hpp"

#include "base/file.hpp"
#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/people_table.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/state_check.hpp"
#include "journal/sqlite/wal_check.hpp"
#include "journal/sqlite/witness.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t max_named = 5;

bool has_key(const std::vector<std::pair<room_tag, std::uint32_t>>& present, const room_tag& room) {
  const auto first = std::ranges::lower_bound(present, std::pair(room, std::uint32_t{0}));
  return first != present.end() && first->first == room;
}

result<void> check_no_keys(const database_file& f, key_ring& keys, bool begin_anew) {
  if (begin_anew) return {};
  if (const std::string unfinished = directory_of(f.path) + "/restore.unfinished";
      is_there(unfinished)) {
    return fail(errc::storage_failed,
                fmt::format("a restore was cut off, and '{}' has not got its journal yet: do it "
                            "again with asio-chatd restore, or remove '{}'",
                            directory_of(f.path), unfinished));
  }
  const auto present = keys.present();
  if (!present) return present.error();
  if (present->empty()) return {};
  return fail(
      errc::storage_failed,
      fmt::format(
          "the journal '{}' is missing or empty, though '{}' has keys of rooms: put "
          "the journal back, or a backup with asio-chatd restore, or begin anew, without "
          "all that was said, by starting once with storage.begin_anew (asio-chatd: --begin-anew)",
          f.path, keys.path()));
}

} // namespace

result<void> check_not_lost(const database_file& f, key_ring& keys, bool begin_anew) {
  std::error_code failed; // then opening it says what is wrong
  const auto size = std::filesystem::file_size(f.path, failed);
  const bool is_missing = failed == std::errc::no_such_file_or_directory;
  if (!is_missing && (failed || size > 0)) return {};
  // An empty one is of a program that has looked at the journal; so is the index beside it.
  const auto log = std::filesystem::file_size(f.path + "-wal", failed);
  if (!failed && log > 0)
    return fail(errc::storage_failed,
                fmt::format("the journal '{}' is missing or empty, and '{}-wal' is there, which is "
                            "another daemon's that runs, or has what was said last: stop that "
                            "daemon, and put the journal back; to begin anew move that file away",
                            f.path, f.path));
  return check_no_keys(f, keys, begin_anew);
}

result<void> check_not_lost(SQLite::Database& db, const database_file& f, key_ring& keys,
                            bool begin_anew) {
  return is_new(db) ? check_no_keys(f, keys, begin_anew) : result<void>();
}

result<void> check_has_head(SQLite::Database& db, const database_file& f, key_ring& keys) {
  const auto version = version_of(db, f, journal_schema());
  if (!version) return version.error();
  if (*version >= head_version || !keys.knows_head()) return {};
  return fail(
      errc::storage_failed,
      fmt::format("the journal '{}' is of version {} and has no head, though '{}' knows that "
                  "it had one: it has been changed, or is a copy from before: restore a "
                  "newer backup; to go on with what is there, start once with --begin-anew",
                  f.path, *version, keys.path()));
}

void check_keys(SQLite::Database& db, room_table& rooms, key_ring& keys) {
  const auto present = keys.present().value();
  const auto destroyed = keys.destroyed().value();
  std::vector<std::string> names;
  std::size_t missing = 0;
  SQLite::Statement all(db, "SELECT number, tag, key FROM rooms WHERE key<>0 ORDER BY number");
  while (all.executeStep()) {
    const std::pair key(array_at<room_tag>(all, 1), key_number_at(all, 2));
    if (std::ranges::binary_search(present, key)) continue;
    const auto r = rooms.next_of_any(all.getColumn(0).getInt64() - 1);
    // What is not as it was written says nothing about keys: that room is closed.
    if (!r || !r->whole || is_erased(r->row, destroyed)) continue;
    const auto name = open_name(keys, r->row);
    if (++missing <= max_named) names.push_back(name ? "#" + *name : "one without a name");
  }
  if (missing == 0) return;
  if (missing > max_named) names.push_back(fmt::format("{} more", missing - max_named));
  throw error(fail(
      errc::storage_failed,
      fmt::format("'{}' lacks keys of rooms that the journal has ({}): put back the newest copy "
                  "of it; if there is none, nobody can read these rooms any more: destroy what "
                  "they have with asio-chatd erase",
                  keys.path(), fmt::join(names, ", "))));
}

head_check::head_check(SQLite::Database& db)
    : newest_(db, "SELECT last, chain FROM records WHERE place BETWEEN ? AND ? "
                  "ORDER BY place DESC LIMIT 1")
    , by_tag_(db, "SELECT number FROM rooms WHERE tag=?") {}

void head_check::look_up(const room_row& r) {
  by_tag_.tryReset();
  bind_bytes(by_tag_, 1, view_of(r.tag));
  const bool is_found = by_tag_.executeStep() && by_tag_.getColumn(0).getInt64() == r.number;
  by_tag_.reset();
  if (!is_found) throw damage("its index of rooms does not lead to all of them");
}

void check_places(SQLite::Database& db, room_table& rooms) {
  SQLite::Statement foreign(db, "SELECT place FROM records WHERE place<? OR place>=? LIMIT 1");
  foreign.bind(1, place_of(1, 0));
  foreign.bind(2, place_of(rooms.header().rooms + 1, 0));
  if (foreign.executeStep()) throw damage("it has entries of a room that does not exist");
}

namespace {

void check_ends_of(const found_row& found, head_check& ends, const key_ring& keys) {
  try {
    if (found.whole) ends.look_up(found.row);
    ends.look_at(found);
  } catch (const damage& e) {
    const auto name = open_name(keys, found.row);
    throw damage(fmt::format(
        "{}: {}", name ? "#" + *name : fmt::format("room {}", found.row.number), e.what()));
  }
}

} // namespace

void check_is_whole(SQLite::Database& db, key_ring& keys) {
  if (db.execAndGet("PRAGMA user_version").getInt() < head_version) return;
  if (const auto foreign = schema_changes(db); !foreign.empty()) throw damage(foreign.front());
  head_row head(keys);
  head.load(db);
  const auto found = compare_tables(db, head, keys, tables_read::all);
  if (!found.changed.empty()) throw damage(describe_change(found.changed.front()));
  room_table rooms(db, keys);
  head_check ends(db);
  std::int64_t count = 0;
  for (auto r = rooms.next_of_any(0); r; r = rooms.next_of_any(r->row.number)) {
    ++count;
    check_ends_of(*r, ends, keys);
  }
  check_count(rooms, count);
  check_places(db, rooms);
}

void check_room(SQLite::Database& db, key_ring& keys, std::int64_t number) {
  if (db.execAndGet("PRAGMA user_version").getInt() >= head_version) {
    head_row head(keys);
    head.load(db);
    const auto found = compare_tables(db, head, keys, tables_read::small);
    if (found.has(covered::rooms) && !found.rooms_tell)
      throw damage(describe_change(covered::rooms));
  }
  room_table rooms(db, keys);
  head_check ends(db);
  if (const auto r = rooms.next_of_any(number - 1)) check_ends_of(*r, ends, keys);
}

void head_check::look_at(const found_row& found) {
  if (!found.whole) throw damage("its row is not as it was written");
  const room_row& r = found.row;
  newest_.tryReset();
  newest_.bind(1, place_of(r.number, 0));
  newest_.bind(2, place_of(r.number + 1, 0) - 1);
  const bool fits = newest_.executeStep() ? number_at(newest_, 0) == r.head &&
                                                array_at<chain_value>(newest_, 1) == r.chain
                                          : r.first == r.head + 1 && r.chain_before == r.chain;
  newest_.reset();
  if (!fits) throw damage("its newest entries are not those that were written");
}

std::string close_room(const room_row& r, const std::string& why, room_table& rooms, key_ring& keys,
                       closed_rooms& closed) {
  auto name = open_name(keys, r);
  // A name that was copied from another row, which is whole, is that room's.
  if (name && keys.tag_of(*name) != r.tag && rooms.has_whole(keys.tag_of(*name)))
    name = fail(errc::storage_failed, "");
  if (name) closed.insert(keys.tag_of(*name));
  // Each of the two may be what was changed.
  if (!name && !has_key(keys.present().value(), r.tag))
    throw damage(fmt::format("the row of room {} is not as it was written", r.number));
  closed.insert(r.tag);
  return fmt::format(
      "{} is closed, since {}; the other rooms are not. Restore a backup, or destroy "
      "what the room has with asio-chatd erase",
      name ? "The room #" + *name : fmt::format("Room {} of the journal", r.number), why);
}

namespace {

/// Of a file that is only read.
/// @param put_right gets the rooms that a start puts right
result<void> check_head(SQLite::Database& db, const database_file& f, key_ring& keys,
                        bool begin_anew, tables_read which, std::vector<std::string>& told,
                        std::set<std::int64_t>& put_right) {
  if (begin_anew) return {}; // it is taken as it is
  if (auto there = check_has_head(db, f, keys); !there) return there;
  if (version_of(db, f, journal_schema()).value() < head_version) return {};
  head_row head(keys);
  head.load(db);
  const state_report found = check_state(db, head, keys, which);
  room_table rooms(db, keys);
  for (const auto& [number, mac] : found.rooms_had) {
    if (rooms.stored_mac(number) == mac) continue;
    put_right.insert(number);
    told.push_back(describe_put_right(f, number));
  }
  for (const covered t : found.changed) {
    if (t != covered::rooms) told.push_back(describe_repair(f, t));
  }
  if (const auto complaint = keys.complaint(head.keys_seen()); !complaint.empty())
    told.push_back(complaint);
  if (const auto why = why_put_back(db, head, keys, keys.has_witness()); !why.empty())
    told.push_back(describe_put_back(f, why));
  return {};
}

} // namespace

result<std::vector<std::string>> check_journal(const database_file& f, key_ring& keys,
                                               bool begin_anew, bool in_full) {
  if (auto there = check_not_lost(f, keys, begin_anew); !there) return there.error();
  if (!is_there(f.path)) return std::vector<std::string>(); // it is made by the start
  if (auto usable = check_can_be_written(f); !usable) return usable.error();
  if (auto log = check_wal(f); !log) return log.error();
  try {
    SQLite::Database db = connect_for_reading(f);
    const SQLite::Transaction snapshot(db);
    const schema ours = journal_schema();
    if (const auto kind = check_kind(db, f, ours); !kind) return kind.error();
    if (is_new(db)) {
      if (auto there = check_not_lost(db, f, keys, begin_anew); !there) return there.error();
      return std::vector<std::string>();
    }
    std::vector<std::string> told;
    std::set<std::int64_t> put_right;
    if (auto head = check_head(db, f, keys, begin_anew,
                               in_full ? tables_read::all : tables_read::few, told, put_right);
        !head)
      return head.error();
    if (in_full && written_version(db) >= people_version)
      people_table(db, keys).for_each([](const fact&) {});
    room_table rooms(db, keys);
    check_keys(db, rooms, keys);
    closed_rooms closed;
    head_check head(db);
    std::int64_t count = 0;
    for (auto r = rooms.next_of_any(0); r; r = rooms.next_of_any(r->row.number)) {
      ++count;
      if (put_right.contains(r->row.number)) r->whole = true;
      if (r->whole) head.look_up(r->row);
      try {
        head.look_at(*r);
      } catch (const damage& e) {
        told.push_back(close_room(r->row, e.what(), rooms, keys, closed));
      } catch (const SQLite::Exception& e) {
        if (!is_damage(e)) throw;
        told.push_back(close_room(r->row, e.what(), rooms, keys, closed));
      }
    }
    if (!begin_anew) {
      check_count(rooms, count);
      check_places(db, rooms);
    }
    return told;
  } catch (const SQLite::Exception& e) {
    return explain(f, e);
  } catch (const damage& e) {
    return explain(f, e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

} // namespace asio_chat::sqlite
