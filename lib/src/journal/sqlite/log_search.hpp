// Search in the log of one room.
#pragma once

#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/search_index.hpp"

#include <asio_chat/journal.hpp>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <vector>

namespace asio_chat::sqlite {

/// For a reader, in a transaction of its own: all it reads has to be of one moment. May throw
/// `SQLite::Exception`.
class log_search {
 public:
  log_search(const SQLite::Database& db, record_table& records, key_ring& keys);

  /// @param room as this transaction sees it
  /// @param candidates from `search_index::find`, which was called before the transaction began
  result<journal::hits> run(const search_query& q, const room_row& room,
                            search_candidates& candidates);

 private:
  struct offsets {
    std::uint64_t first;
    std::uint64_t last;
  };

  /// All that a query's times leave over, and maybe more between.
  offsets within_times(const search_query& q, const room_row& room);
  /// The first record of a stretch that ends at that time or later.
  offsets first_record_since(wall_time t, const room_row& room, offsets stretch);
  result<const journal::record*> entry_at(std::uint64_t offset, const room_row& room,
                                          const std::string& name);

  const SQLite::Database& db_;
  record_table& records_;
  key_ring& keys_;
  turn_table turns_;
  SQLite::Statement record_at_;
  std::vector<journal::record> opened_; ///< the record that was opened last
};

} // namespace asio_chat::sqlite
