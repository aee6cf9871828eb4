// The table of held names. Each name is sealed.
#pragma once

#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/table_sums.hpp"
#include "model/identity.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <functional>
#include <vector>

namespace asio_chat::sqlite {

/// Prepared statements; they throw `SQLite::Exception`.
class name_table {
 public:
  /// @param sums hear of what changes; null for a connection that only reads
  name_table(SQLite::Database& db, const key_ring& keys, table_sums* sums = nullptr);

  /// @param damaged hears of each that cannot be opened; it is left out
  std::vector<held_name> all(const std::function<void(const failure&)>& damaged);
  void hold(const held_name& n);
  void release(const identity& who);

 private:
  const key_ring& keys_;
  table_sums* sums_;
  SQLite::Statement all_;
  SQLite::Statement hold_;
  SQLite::Statement release_;
};

} // namespace asio_chat::sqlite
