#include "journal/sqlite/state_check.hpp"

#include "journal/sqlite/schema.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

/// While the index is rebuilt its old rows are taken out in steps; nothing reads them.
constexpr const char* left_by_rebuild = "search_rows_old";
constexpr std::size_t max_tried = 10;

using parts = std::map<std::pair<std::string, std::string>, std::string>; // type and name: text

parts parts_of(const SQLite::Database& db) {
  parts all;
  SQLite::Statement s(db, "SELECT type, name, coalesce(sql, ''), tbl_name FROM sqlite_schema");
  while (s.executeStep()) {
    const std::string name = s.getColumn(1).getString();
    if (s.getColumn(3).getString() == left_by_rebuild && s.getColumn(0).getString() == "table")
      continue;
    all.emplace(std::pair(s.getColumn(0).getString(), name), s.getColumn(2).getString());
  }
  return all;
}

/// Whether it is explained by the MACs of rows that do not fit their rows: each of them was there
/// with the one it has, or with the one that fits.
bool is_told_by_rows(SQLite::Database& db, const head_row& head, const key_ring& keys) {
  room_table rooms(db, keys);
  multiset_sum whole;
  std::vector<std::pair<chain_value, chain_value>> others;
  for (auto r = rooms.next_of_any(0); r; r = rooms.next_of_any(r->row.number)) {
    const auto hash = [&](const chain_value& mac) {
      return head.sums().hash_of_room(r->row.number, mac);
    };
    if (r->whole) {
      whole.add(hash(r->row.mac));
    } else {
      others.emplace_back(hash(r->row.mac), hash(r->fitting_mac));
    }
  }
  if (others.size() > max_tried) return false;
  for (std::size_t choice = 0; choice < std::size_t{1} << others.size(); ++choice) {
    multiset_sum sum = whole;
    for (std::size_t i = 0; i < others.size(); ++i)
      sum.add((choice >> i & 1) == 0 ? others[i].first : others[i].second);
    if (sum == head.sums().of(covered::rooms)) return true;
  }
  return false;
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
  create_journal_tables(ours, db.execAndGet("PRAGMA user_version").getInt());
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
    if (t == covered::search_rows && which == tables_read::small) continue;
    if (head.sums().read(t, db) != head.sums().of(t)) report.changed.push_back(t);
  }
  if (report.has(covered::rooms)) report.rooms_tell = is_told_by_rows(db, head, keys);
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

std::vector<std::string> take_as_it_is(SQLite::Database& db, const key_ring& keys) {
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
  if (changes.empty()) return changes;
  head.begin(db);
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
