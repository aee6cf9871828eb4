#include "journal/sqlite/search_rebuild.hpp"

#include "journal/sqlite/search_index.hpp"

#include <SQLiteCpp/Statement.h>

#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

namespace {

// Each is overwritten before it is given back to the file (`secure_delete`).
constexpr int old_rows_at_once = 256;
// Of texts, in memory: one step shall be short also where people write at length.
constexpr std::size_t bytes_at_once = 256 * 1024;

bool has_table(const SQLite::Database& db, const char* table) {
  SQLite::Statement s(db, "SELECT 1 FROM sqlite_schema WHERE name=?");
  s.bind(1, table);
  return s.executeStep();
}

void set_done(SQLite::Database& db, std::int64_t room, table_sums& sums) {
  SQLite::Statement s(db, "DELETE FROM search_backlog WHERE room=?" +
                              returning(covered::search_backlog));
  s.bind(1, room);
  sums.run_removing(covered::search_backlog, s);
}

void set_below(SQLite::Database& db, std::int64_t room, std::uint64_t below, table_sums& sums) {
  set_done(db, room, sums);
  SQLite::Statement s(db, "INSERT INTO search_backlog (room, below) VALUES (?, ?)" +
                              returning(covered::search_backlog));
  s.bind(1, room);
  s.bind(2, static_cast<std::int64_t>(below));
  sums.run_adding(covered::search_backlog, s);
}

} // namespace

void search_rebuild::begin(SQLite::Database& db, table_sums* sums) {
  // The old rows are most of the index. If an earlier rebuild has left some, these go at once.
  db.exec("DROP TABLE IF EXISTS search_rows_old;"
          "DROP TABLE IF EXISTS search_backlog;"
          "DROP TABLE search_runs;"
          "ALTER TABLE search_rows RENAME TO search_rows_old");
  db.exec(search_index::tables);
  db.exec("INSERT INTO search_backlog SELECT number, head + 1 FROM rooms WHERE head >= first");
  if (!sums) return;
  for (const covered t : {covered::search_runs, covered::search_rows, covered::search_backlog})
    sums->of(t) = sums->read(t, db);
}

void search_rebuild::begin_room(SQLite::Database& db, const room_row& room, table_sums& sums) {
  search_index::trim(db, room.number, std::numeric_limits<std::int64_t>::max(), sums);
  if (room.head >= room.first) set_below(db, room.number, room.head + 1, sums);
}

std::uint64_t search_rebuild::below(const SQLite::Database& db, std::int64_t room) {
  SQLite::Statement s(db, "SELECT below FROM search_backlog WHERE room=?");
  s.bind(1, room);
  return s.executeStep() ? static_cast<std::uint64_t>(s.getColumn(0).getInt64()) : 0;
}

bool search_rebuild::find(const SQLite::Database& db) {
  SQLite::Statement rooms(db, "SELECT 1 FROM search_backlog");
  under_way_ = rooms.executeStep() || has_table(db, "search_rows_old");
  return under_way_;
}

void search_rebuild::step(writer_connection& c, key_ring& keys) {
  c.begin();
  // First, so that the new index has the room that the old one leaves in the file.
  if (!take_out_old(c)) {
    SQLite::Statement next(c.db, "SELECT room, below FROM search_backlog ORDER BY room LIMIT 1");
    if (next.executeStep()) {
      const std::int64_t number = next.getColumn(0).getInt64();
      const auto below = static_cast<std::uint64_t>(next.getColumn(1).getInt64());
      const auto room = c.rooms.next_of_any(number - 1);
      if (room && room->whole && room->row.number == number) {
        index_piece(c, keys, room->row, below);
      } else {
        set_done(c.db, number, c.head.sums());
      }
    } else {
      under_way_ = false;
    }
  }
  c.commit();
}

bool search_rebuild::take_out_old(writer_connection& c) {
  if (!has_table(c.db, "search_rows_old")) return false;
  SQLite::Statement some(c.db, "DELETE FROM search_rows_old WHERE id IN "
                               "(SELECT id FROM search_rows_old LIMIT ?)");
  some.bind(1, old_rows_at_once);
  if (some.exec() == 0) c.db.exec("DROP TABLE search_rows_old");
  return true;
}

void search_rebuild::index_piece(writer_connection& c, key_ring& keys, const room_row& room,
                                 std::uint64_t below) {
  struct opened_record {
    std::uint32_t key_number;
    std::shared_ptr<const room_key> key;
    std::vector<journal::record> entries;
  };
  std::vector<opened_record> piece; // newest first
  std::uint64_t next = room.first;  // what is below it remains
  std::size_t entries = 0;
  std::size_t bytes = 0;
  if (below > room.first) {
    c.records.backwards(room, below - 1, [&](const stored_record& r) {
      if (r.header.last < room.first) return false;
      if (entries >= entries_ || bytes >= bytes_at_once) {
        next = r.header.last + 1;
        return false;
      }
      entries += r.header.last - r.header.first + 1;
      bytes += r.sealed.size();
      const auto key = keys.key(room.tag, r.header.key);
      if (!key) return true; // nobody can read it
      const auto number = keys.key_for_index(room.tag, r.header.key);
      if (!number) throw error(number.error());
      const auto for_index = keys.key(room.tag, *number);
      if (!for_index) throw error(for_index.error());
      auto opened = open(**key, r, {});
      if (!opened) return true; // damaged: told to those who read it
      std::erase_if(*opened, [&](const journal::record& e) {
        return e.what.at.offset < room.first || e.what.at.offset >= below;
      });
      piece.push_back({*number, *for_index, std::move(*opened)});
      return true;
    });
  }
  search_index index({});
  for (auto r = piece.rbegin(); r != piece.rend(); ++r)
    for (const journal::record& e : r->entries)
      index.add(room.number, r->key_number, *r->key, e.what);
  index.write(c.db, c.head.sums());
  if (next <= room.first) {
    set_done(c.db, room.number, c.head.sums());
  } else {
    set_below(c.db, room.number, next, c.head.sums());
  }
}

} // namespace asio_chat::sqlite
