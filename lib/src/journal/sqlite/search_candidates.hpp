// Which entries may be what a search looks for.
#pragma once

#include "journal/sqlite/derived_keys.hpp"
#include "journal/sqlite/postings.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

/// The keys of a room that is searched, by number, as `key_ring::key` gives them: what is under a
/// key that was destroyed is not found. If a key is not to be had for another reason all that is
/// under it are candidates, so that reading them tells the reason.
using room_keys = std::function<result<std::shared_ptr<const room_key>>(std::uint32_t number)>;

/// What the index is asked.
struct index_query {
  std::int64_t room = 0;
  std::vector<std::string> terms;  ///< an entry must have all; none: every entry may be meant
  std::uint64_t first = 1;         ///< offsets from here ...
  std::uint64_t last = max_offset; ///< ... to here

  static constexpr std::uint64_t max_offset = std::numeric_limits<std::int64_t>::max() - 1;
};

/// Offsets, newest first, found while they are asked for. All entries that have all terms are among
/// them. Others may be, if the file was damaged: the caller reads each entry and compares.
class search_candidates {
 public:
  /// @param newest offsets from `newest_first` on are here already, rising, and not in the file
  search_candidates(const SQLite::Database& db, index_query q, room_keys keys,
                    std::vector<std::uint64_t> newest, std::uint64_t newest_first);

  /// Only these offsets are wanted after all; to be said before the first one is taken.
  void narrow(std::uint64_t first, std::uint64_t last);

  std::optional<std::uint64_t> next();

 private:
  struct run {
    std::uint32_t key;
    std::uint64_t first;
    std::uint64_t last;
    std::int64_t row;
    std::uint32_t rows;
  };

  bool next_run();
  void look_up(const run& r);
  void add_all(std::uint64_t first, std::uint64_t last);
  const std::optional<std::vector<std::uint32_t>>& hashes(std::uint32_t key);
  std::optional<std::vector<std::uint32_t>> entries_with(const run& r, std::uint32_t hash);

  index_query query_;
  room_keys keys_;
  std::vector<std::uint64_t> found_; ///< rising, taken from the back; then those of `all_`
  std::uint64_t all_first_ = 1;
  std::uint64_t all_end_ = 1;
  std::map<std::uint32_t, std::optional<std::vector<std::uint32_t>>> hashes_; ///< by key number
  SQLite::Statement runs_;
  bool begun_ = false; ///< `runs_` knows what is wanted
  SQLite::Statement row_;
};

/// The hashes of terms under a key, as postings have them: none if it was destroyed, an empty list
/// if it cannot be had.
std::optional<std::vector<std::uint32_t>> hashes_under(std::uint32_t key, const room_keys& keys,
                                                       const std::vector<std::string>& terms);

/// Leaves in `found` what is in `other` too; both rise.
void keep_common(std::vector<std::uint32_t>& found, const std::vector<std::uint32_t>& other);

} // namespace asio_chat::sqlite
