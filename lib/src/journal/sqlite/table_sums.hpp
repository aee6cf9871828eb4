// What every table has, as one number each: so that nobody can change a row, take one out, put one
// in, or put an older one back without the head of the database saying so.
#pragma once

#include "journal/sqlite/derived_keys.hpp"
#include "journal/sqlite/secret_key.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::sqlite {

/// The tables that the head covers by a sum. `records` is covered by the chains of the rooms, whose
/// ends are in `rooms`; the head itself by its seal.
enum class covered : std::uint8_t {
  house,
  rooms,
  names,
  turns,
  search_runs,
  search_rows,
  search_backlog,
  starts,
  people,
};

struct covered_table {
  const char* name;
  const char* columns; ///< that tell its rows apart and say what is in them
  int since = 0;       ///< the version of the journal that it came with, if it had a head already
};

/// To cover a table is to name it here, in the order of `covered`, and to tell `table_sums` of each
/// of its rows that comes or goes. In a file from before its version it is not there, and so there
/// is nothing in it.
inline constexpr std::array<covered_table, 9> covered_tables{{
    {"house", "only, rooms, epoch, mac"},
    {"rooms", "number, mac"}, // the MAC is over all of the row
    {"names", "who, name, left_at"},
    {"turns", "place"},
    {"search_runs", "room, last, first, key, row, rows"},
    {"search_rows", "id, postings"},
    {"search_backlog", "room, below"},
    {"starts", "number, run"},
    {"people", "id, sealed", 5},
}};

inline const covered_table& table_of(covered t) noexcept {
  return covered_tables[static_cast<std::size_t>(t)];
}

/// ` RETURNING ` and the columns, for the end of a statement that `run_adding` or `run_removing`
/// is to run.
std::string returning(covered t);

/// MSet-Add-Hash (Clarke, Devadas, van Dijk, Gassend, Suh: Incremental Multiset Hash Functions,
/// ASIACRYPT 2003): the sum of keyed hashes modulo 2^256. Whoever sees sums and hashes can find
/// rows of the same sum; so both are kept sealed.
class multiset_sum {
 public:
  void add(const chain_value& hash) noexcept;
  void remove(const chain_value& hash) noexcept;
  void append_to(std::string& bytes) const;
  /// @param bytes as many as `append_to` appends
  static multiset_sum from(std::string_view bytes) noexcept;
  static constexpr std::size_t size = 32;
  friend bool operator==(const multiset_sum&, const multiset_sum&) = default;

 private:
  std::array<std::uint64_t, 4> parts_{}; ///< the least significant first
};

/// A sum for each covered table. Those of the transaction under way.
class table_sums {
 public:
  /// @param key from the root key, for this alone
  explicit table_sums(secret_key key)
      : key_(std::move(key)) {}

  multiset_sum& of(covered t) noexcept { return sums_[static_cast<std::size_t>(t)]; }
  const multiset_sum& of(covered t) const noexcept { return sums_[static_cast<std::size_t>(t)]; }

  /// The same for a row of `rooms`.
  chain_value hash_of_room(std::int64_t number, const chain_value& mac) const;

  /// Runs a statement that ends with `returning(t)` and puts rows in.
  void run_adding(covered t, SQLite::Statement& s);
  /// Runs one that takes rows out.
  void run_removing(covered t, SQLite::Statement& s);

  /// The sum of what is in the table.
  multiset_sum read(covered t, const SQLite::Database& db) const;

  /// All sums become those of what is in the tables.
  void take(const SQLite::Database& db);

  using values = std::array<multiset_sum, covered_tables.size()>;
  const values& all() const noexcept { return sums_; }
  void set(const values& v) noexcept { sums_ = v; }
  std::string bytes() const;
  /// @param bytes of `bytes`, perhaps of a time when fewer tables were covered: the others are
  /// empty
  void set(std::string_view bytes) noexcept;

 private:
  /// @param row stands at a row, whose first columns are those of the table
  /// @param bytes used again from row to row
  chain_value hash(covered t, SQLite::Statement& row, std::string& bytes) const;

  secret_key key_;
  values sums_{};
};

} // namespace asio_chat::sqlite
