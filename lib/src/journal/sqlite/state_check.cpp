#include "journal/sqlite/state_check.hpp"

#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/start_checks.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <sodium.h>
#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

/// While the index is rebuilt its old rows are taken out in steps; nothing reads them.
constexpr const char* left_by_rebuild = "search_rows_old";
constexpr std::size_t max_tried = 10;

using parts = std::map<std::pair<std::string, std::string>, std::string>; // type and name: text

/// What a rebuild makes of `search_rows`, and nothing else of that name.
bool is_left_by_rebuild(const std::string& type, const std::string& name, const std::string& text) {
  if (type != "table" || name != left_by_rebuild) return false;
  return text == fmt::format("CREATE TABLE \"{}\" (id INTEGER PRIMARY KEY, postings BLOB NOT NULL) "
                             "STRICT",
                             left_by_rebuild);
}

parts parts_of(const SQLite::Database& db) {
  parts all;
  SQLite::Statement s(db, "SELECT type, name, coalesce(sql, '') FROM sqlite_schema");
  while (s.executeStep()) {
    const std::string name = s.getColumn(1).getString();
    if (is_left_by_rebuild(s.getColumn(0).getString(), name, s.getColumn(2).getString())) continue;
    all.emplace(std::pair(s.getColumn(0).getString(), name), s.getColumn(2).getString());
  }
  return all;
}

/// Whether it is explained by the MACs of rows that do not fit their rows: each of them was there
/// with the one it has, or with the one that fits. Then the report gets those that were there.
void explain_by_rows(SQLite::Database& db, const head_row& head, const key_ring& keys,
                     state_report& report) {
  room_table rooms(db, keys);
  multiset_sum whole;
  struct bad_row {
    std::int64_t number;
    std::array<chain_value, 2> macs;
  };
  std::vector<bad_row> others;
  for (auto r = rooms.next_of_any(0); r; r = rooms.next_of_any(r->row.number)) {
    const std::int64_t number = r->row.number;
    if (r->whole) {
      whole.add(head.sums().hash_of_room(number, r->row.mac));
    } else {
      others.push_back({number, {r->row.mac, r->fitting_mac}});
    }
  }
  if (others.size() > max_tried) return;
  for (std::size_t choice = 0; choice < std::size_t{1} << others.size(); ++choice) {
    const auto chosen = [&](std::size_t i) { return others[i].macs[choice >> i & 1]; };
    multiset_sum sum = whole;
    for (std::size_t i = 0; i < others.size(); ++i)
      sum.add(head.sums().hash_of_room(others[i].number, chosen(i)));
    if (sum != head.sums().of(covered::rooms)) continue;
    report.rooms_tell = true;
    for (std::size_t i = 0; i < others.size(); ++i)
      report.rooms_had.emplace_back(others[i].number, chosen(i));
    return;
  }
}

/// Nothing but an older copy helps.
bool stops_start(const state_report& found, covered t) noexcept {
  if (t == covered::rooms) return !found.rooms_tell;
  return t != covered::names && !is_derived(t);
}

} // namespace

std::vector<std::string> schema_changes(SQLite::Database& db) {
  SQLite::Database ours(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  // One that was changed to another number has not the tables of that number.
  create_journal_tables(ours, written_version(db));
  const parts expected = parts_of(ours);
  const parts found = parts_of(db);
  std::vector<std::string> changes;
  for (const auto& [part, text] : expected) {
    const auto there = found.find(part);
    if (there == found.end())
      changes.push_back(fmt::format("its {} {} has been taken out", part.first, part.second));
    else if (there->second != text)
      changes.push_back(fmt::format("its {} {} has been changed", part.first, part.second));
  }
  for (const auto& [part, text] : found) {
    if (!expected.contains(part))
      changes.push_back(
          fmt::format("it has a {} '{}' that asio-chatd has not made", part.first, part.second));
  }
  return changes;
}

bool state_report::has(covered t) const noexcept {
  return std::ranges::find(changed, t) != changed.end();
}

state_report compare_tables(SQLite::Database& db, const head_row& head, const key_ring& keys,
                            tables_read which) {
  state_report report;
  for (std::size_t i = 0; i < covered_tables.size(); ++i) {
    const auto t = static_cast<covered>(i);
    if (t == covered::search_rows && which != tables_read::all) continue;
    if (t == covered::people && which == tables_read::few) continue;
    if (head.sums().read(t, db) != head.sums().of(t)) report.changed.push_back(t);
  }
  if (report.has(covered::rooms)) explain_by_rows(db, head, keys, report);
  // What was read once is not what is needed next: it would stay, up to the bound of the cache.
  ::sqlite3_db_release_memory(db.getHandle());
  return report;
}

std::string describe_change(covered t) {
  switch (t) {
  case covered::house:
    return "the count of its rooms is not the one that was written last";
  case covered::rooms:
    return "its rooms are not as they were written last: one has been put back from an older copy, "
           "changed, taken out or put in";
  case covered::names:
    return "the names that are held are not those that were written last: one has been changed, "
           "taken out, put in or put back";
  case covered::turns:
    return "the list of places where the clock was set back is not the one that was written last";
  case covered::starts:
    return "the list of starts is not the one that was written last";
  case covered::people:
    return "what it keeps of people (accounts, roles, bans) is not what was written last: "
           "something "
           "has been changed, taken out, put in or put back";
  case covered::search_runs:
  case covered::search_rows:
  case covered::search_backlog:
    break;
  }
  return fmt::format("the search index is not as it was written: rows of {} have been changed, "
                     "taken out, put in or put back",
                     table_of(t).name);
}

bool is_derived(covered t) noexcept {
  return t == covered::search_runs || t == covered::search_rows || t == covered::search_backlog;
}

std::string describe_repair(const database_file& f, covered t) {
  return fmt::format("In the {} '{}' {}; {}", f.what, f.path, describe_change(t),
                     is_derived(t) ? "the index is made anew"
                                   : "those that are there are taken as they are");
}

std::string describe_put_right(const database_file& f, std::int64_t room) {
  return fmt::format(
      "In the {} '{}' the MAC in the row of room {} was changed, and nothing else of "
      "that row: it is put right",
      f.what, f.path, room);
}

namespace {

/// So that numbers of rooms are those from 1 on again: a room that was taken out begins anew, under
/// a name that says so, because nothing tells its own.
void fill_in_rooms(SQLite::Database& db, key_ring& keys, table_sums& sums) {
  room_table rooms(db, keys, &sums);
  store_header header;
  const auto number = [&](const char* query) { return db.execAndGet(query).getInt64(); };
  header.rooms = number("SELECT coalesce(max(number), 0) FROM rooms");
  header.epoch = static_cast<std::uint64_t>(number("SELECT coalesce(max(epoch), 0) FROM rooms"));
  for (std::int64_t n = 1; n <= header.rooms; ++n) {
    if (const auto there = rooms.next_of_any(n - 1); there && there->row.number == n) continue;
    room_row r;
    r.number = n;
    const std::string name = fmt::format("lost-{}-{:08x}", n, ::randombytes_random());
    r.tag = keys.tag_of(name);
    r.name = seal_name(keys, name);
    r.epoch = ++header.epoch;
    rooms.insert(r);
    db.exec(fmt::format("DELETE FROM records WHERE place BETWEEN {} AND {}", place_of(n, 0),
                        place_of(n + 1, 0) - 1));
    db.exec(fmt::format("DELETE FROM turns WHERE place BETWEEN {} AND {}", place_of(n, 0),
                        place_of(n + 1, 0) - 1));
  }
  for (const char* table : {"records", "turns"})
    db.exec(fmt::format("DELETE FROM {} WHERE place < {} OR place >= {}", table, place_of(1, 0),
                        place_of(header.rooms + 1, 0)));
  db.exec("DELETE FROM house");
  rooms.set_header(header);
}

bool has_lost_rooms(SQLite::Database& db, key_ring& keys) {
  room_table rooms(db, keys);
  try {
    check_count(rooms, db.execAndGet("SELECT count(*) FROM rooms").getInt64());
    check_places(db, rooms);
    return false;
  } catch (const damage&) {
    return true;
  }
}

/// Behind all that the journal may have had: heads from before are older ones then.
std::uint64_t number_to_go_on_from(const head_row& head, key_ring& keys) {
  std::uint64_t number = head.name().number;
  if (const auto line = keys.witness(); line && *line) {
    if (const auto noted = head_in_line(**line, keys)) number = std::max(number, noted->number);
  }
  constexpr std::uint64_t not_noted = 1'000'000; // the witness is some seconds older
  return number + not_noted;
}

} // namespace

std::vector<std::string> take_as_it_is(SQLite::Database& db, key_ring& keys) {
  if (const auto foreign = schema_changes(db); !foreign.empty()) throw damage(foreign.front());
  SQLite::Transaction all(db, SQLite::TransactionBehavior::IMMEDIATE);
  std::vector<std::string> changes;
  head_row head(keys);
  try {
    head.load(db);
    const state_report found = compare_tables(db, head, keys, tables_read::all);
    for (const covered t : found.changed)
      if (stops_start(found, t)) changes.push_back(describe_change(t));
  } catch (const damage&) {
    changes.emplace_back("its head has been taken out or changed");
  }
  if (has_lost_rooms(db, keys)) {
    changes.emplace_back("rooms or entries have been taken out, or put in");
    fill_in_rooms(db, keys, head.sums());
  }
  if (changes.empty()) return changes;
  head_row::state state = head.now();
  state.name.number = number_to_go_on_from(head, keys);
  head.set(state);
  head.begin(db);
  // Whatever was put back or lost: members who know more are told.
  head.mark_as_copy(true);
  head.write_again(db);
  all.commit();
  return changes;
}

state_report check_state(SQLite::Database& db, const head_row& head, const key_ring& keys,
                         tables_read which) {
  if (const auto foreign = schema_changes(db); !foreign.empty()) throw damage(foreign.front());
  state_report report = compare_tables(db, head, keys, which);
  for (const covered t : report.changed) {
    if (stops_start(report, t)) throw damage(describe_change(t));
  }
  return report;
}

} // namespace asio_chat::sqlite
