// The table of what is kept of people. Everything in it is sealed, also what it is about.
#pragma once

#include "accounts/people_store.hpp"
#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/table_sums.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace asio_chat::sqlite {

/// Prepared statements; they throw `SQLite::Exception`.
class people_table {
 public:
  static const char* const tables;

  /// @param sums hear of what changes; null for a connection that only reads
  people_table(SQLite::Database& db, const key_ring& keys, table_sums* sums = nullptr);

  /// Throws `damage` if one cannot be opened: it may be the ban that keeps somebody out.
  void for_each(const people_store::hearer& hears);
  void keep(const fact& f);

 private:
  const key_ring& keys_;
  table_sums* sums_;
  SQLite::Statement all_;
  SQLite::Statement put_;
  SQLite::Statement erase_;
};

} // namespace asio_chat::sqlite
