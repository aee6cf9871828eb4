// Makes the search index anew while the journal is in use.
#pragma once

#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/writer_connection.hpp"

#include <cstddef>
#include <cstdint>

namespace asio_chat::sqlite {

/// When a program takes words in another way than the one that made the index, the whole index has
/// to be made again. For each room the table `search_backlog` says below which offset that is still
/// to be done: it goes on from the newest entries to the oldest, a piece in each step, and after a
/// crash from where it was. What is not indexed yet is not found; a search says so.
///
/// The writer's. May throw `SQLite::Exception`.
class search_rebuild {
 public:
  /// Everything is to be indexed again. Quick, however large the journal is: what the old index has
  /// is taken out in steps as well. In the caller's transaction.
  /// @param sums hear of it; null in a database that has none yet
  static void begin(SQLite::Database& db, table_sums* sums);

  /// The same of one room, at once.
  static void begin_room(SQLite::Database& db, const room_row& room, table_sums& sums);

  /// Entries of a room below this offset are not in the index yet; 0: all are.
  static std::uint64_t below(const SQLite::Database& db, std::int64_t room);

  /// @param entries indexed in one step, about
  explicit search_rebuild(std::size_t entries)
      : entries_(entries) {}

  /// To be called once, at the start.
  /// @return whether there is anything to do
  bool find(const SQLite::Database& db);
  bool under_way() const noexcept { return under_way_; }

  /// Does a piece, a few milliseconds long, and commits it.
  void step(writer_connection& c, key_ring& keys);

 private:
  bool take_out_old(writer_connection& c);
  void index_piece(writer_connection& c, key_ring& keys, const room_row& room, std::uint64_t below);

  std::size_t entries_;
  bool under_way_ = false;
};

} // namespace asio_chat::sqlite
