#include "journal/sqlite/rooms.hpp"

#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/store.hpp"
#include "journal/sqlite/wal_check.hpp"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

result<std::vector<known_room>> rooms_in(const database_file& f, key_ring& keys) {
  if (auto file = check_is_file(f); !file) return file.error();
  if (auto log = check_wal(f); !log) return log.error();
  try {
    SQLite::Database db = connect_for_reading(f);
    const SQLite::Transaction snapshot(db);
    if (auto version = version_of(db, f, journal_schema()); !version) return version.error();
    room_table rooms(db, keys);
    std::vector<known_room> known;
    for (auto r = rooms.next_of_any(0); r; r = rooms.next_of_any(r->row.number)) {
      room_row& row = r->row;
      auto name = open_name(keys, row);
      if (!name && r->whole) return name.error();
      // Of one that is damaged its tag may tell which one it is.
      const bool is_its_own =
          name && (keys.tag_of(*name) == row.tag || !rooms.has_whole(keys.tag_of(*name)));
      known_room k{.name = is_its_own ? *std::move(name) : "", .whole = r->whole};
      k.row.number = row.number;
      k.row.tag = row.tag;
      if (r->whole) k.row = std::move(row);
      known.push_back(std::move(k));
    }
    std::ranges::sort(known, {}, &known_room::name);
    return known;
  } catch (const SQLite::Exception& e) {
    return explain(f, e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

result<void> check_history(const database_file& f, key_ring& keys, const known_room* only) {
  if (auto file = check_is_file(f); !file) return file.error();
  if (auto log = check_wal(f); !log) return log.error();
  try {
    SQLite::Database db = connect_for_reading(f);
    const SQLite::Transaction snapshot(db);
    if (auto version = version_of(db, f, journal_schema()); !version) return version.error();
    if (auto head = check_has_head(db, f, keys); !head) return head;
    if (only) {
      check_room(db, keys, only->row.number);
    } else {
      check_is_whole(db, keys);
    }
    return {};
  } catch (const SQLite::Exception& e) {
    return explain(f, e);
  } catch (const damage& e) {
    return explain(f, e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

result<void> erase_room(const std::string& directory, std::vector<secret_key> masters,
                        const std::string& room) {
  const auto lock = data_lock::take(directory);
  if (!lock) return lock.error();
  const std::string path = directory + "/keys.db";
  if (auto there = key_ring::check_is_there(path); !there) return there;
  const auto keys = key_ring::open(path, std::move(masters));
  if (!keys) return keys.error();
  const auto journal = journal_in(directory);
  if (!journal) return journal.error();
  const database_file file{*journal};
  const auto rooms = rooms_in(file, **keys);
  if (!rooms) return rooms.error();
  const auto known = std::ranges::find(*rooms, room, &known_room::name);
  const std::uint32_t used = known == rooms->end() ? 0 : known->row.key;
  if (auto gone = (*keys)->destroy((*keys)->tag_of(room), used); !gone) return gone;
  // A store that starts takes out what nobody can read any more.
  const system_clock time;
  const auto logs =
      store::open({.file = file, .open_without_keys = true, .erased = room, .time = &time}, **keys);
  if (!logs) return logs.error();
  return {};
}

} // namespace asio_chat::sqlite
