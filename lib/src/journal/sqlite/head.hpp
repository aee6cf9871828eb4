// The head of the database: one row that every commit moves, and that names all that is in it.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/table_sums.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::sqlite {

/// Drawn at each start: two histories that went on from the same copy have other ones.
using run_id = std::array<std::uint8_t, 16>;
run_id draw_run();

/// What names a database at one moment: the number of the commit, the run it was made in, and a
/// keyed hash of all that was in it and of the head before.
struct head_name {
  std::uint64_t number = 0;
  run_id run{};
  chain_value value{};
  friend bool operator==(const head_name&, const head_name&) = default;
};

/// One line to be kept elsewhere, without its end. The last part is a keyed hash of the others: so
/// a line that was mistyped is told from one of another history.
std::string to_line(const head_name& h, const key_ring& keys);
/// A failure that says what is wrong if no head of this key ring has this line.
result<head_name> head_in_line(std::string_view line, const key_ring& keys);

/// What a history has to do with an older head.
enum class lineage : std::uint8_t {
  descends,   ///< it went on from there, or is there
  is_behind,  ///< it ends before: it was put back
  is_another, ///< it was put back to before that, and went on
  not_known,  ///< the head is older than the starts that are remembered
};

/// The head in the file, and the one that a transaction makes. Throws `SQLite::Exception`, and
/// `damage` where the row is not as it was written.
class head_row {
 public:
  static const char* const tables;
  /// Starts that are remembered: `compare` knows the heads since so many.
  static constexpr int max_starts = 4'096;

  struct state {
    head_name name;
    std::uint64_t keys = 0; ///< changes of the key ring that were seen; see `key_ring::changes`
    bool is_copy = false;   ///< see `mark_as_copy`
    table_sums::values sums{};
  };

  explicit head_row(const key_ring& keys);

  const head_name& name() const noexcept { return name_; }
  table_sums& sums() noexcept { return sums_; }
  const table_sums& sums() const noexcept { return sums_; }
  state now() const noexcept { return {name_, keys_seen_, is_copy_, sums_.all()}; }
  void set(const state& s) noexcept;

  std::uint64_t keys_seen() const noexcept { return keys_seen_; }
  /// The database was made by `backup`, or put in its place by `restore`, and no daemon has written
  /// to it since.
  bool is_copy() const noexcept { return is_copy_; }
  /// Written with the next move. The mark is no part of the name.
  void mark_as_copy(bool is_one) noexcept { is_copy_ = is_one; }

  /// Reads what is in the file. Tables that have joined since it was written are empty by it.
  void load(const SQLite::Database& db);
  /// Under the same name: only a mark, or the form that it is kept in, has changed.
  void write_again(const SQLite::Database& db);
  /// The first head of a database that has none, or none that is good: what it has is taken at its
  /// word.
  void begin(const SQLite::Database& db);
  /// The last change of a transaction.
  /// @param run the first head of a run is remembered as its start
  void move(const SQLite::Database& db, const run_id& run);

  /// What the history in the file, whose head was loaded, has to do with an older head.
  lineage compare(const SQLite::Database& db, const head_name& older) const;

 private:
  void begin_run(const SQLite::Database& db, const run_id& run);
  void write(const SQLite::Database& db, bool with_new_value);

  const key_ring& keys_;
  head_name name_;
  std::uint64_t keys_seen_ = 0;
  bool is_copy_ = false;
  table_sums sums_;
  std::optional<SQLite::Statement> write_; ///< of the database that is written
};

} // namespace asio_chat::sqlite
