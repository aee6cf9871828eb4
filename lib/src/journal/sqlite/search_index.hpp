// Words to entries, for search in logs that are sealed.
#pragma once

#include "journal/sqlite/search_candidates.hpp"
#include "journal/sqlite/table_sums.hpp"

#include <asio_chat/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace asio_chat::sqlite {

/// An inverted index of keyed hashes: of the words of each text, and of the author's name. What the
/// newest entries have is in memory only; now and then it is written as a *run* for each room, and
/// never changed after that. The file shows how often some unknown word, or author, occurs in which
/// room, and in which entries.
///
/// The writer thread adds and writes; `find` may be called on another thread. As the index is made
/// of the entries, it need not be as durable as they are: after a crash the writer adds again what
/// `last_written` lacks.
class search_index {
 public:
  struct bounds {
    std::size_t entries = 4'096; ///< in memory, of all rooms together
    std::size_t postings = 1u << 18;
  };

  /// SQL that makes the tables; of the last one see `search_rebuild`.
  static const char* const tables;

  explicit search_index(bounds b)
      : bounds_(b) {}

  /// @name The writer's
  /// @{

  /// An entry that has been committed.
  void add(std::int64_t room, std::uint32_t key_number, const room_key& key, const entry& e);
  /// It is time to write: what is in memory is as much as it may be.
  bool full() const noexcept;
  /// Writes what is in memory, in the caller's transaction; once it is committed, call `written`.
  void write(SQLite::Database& db, table_sums& sums);
  void written();
  /// Up to this offset the index of the room is in the file; 0: nothing.
  static std::uint64_t last_written(const SQLite::Database& db, std::int64_t room);
  /// Takes one entry out, in the caller's transaction: as if nothing had been said there.
  void forget(SQLite::Database& db, std::int64_t room, std::uint64_t offset, table_sums& sums);
  /// What is in memory of a room is not written any more: nothing of it is kept.
  void forget(std::int64_t room);
  /// Takes out of the file what has only entries before `first`; they are no longer kept.
  static void trim(SQLite::Database& db, std::int64_t room, std::uint64_t first, table_sums& sums);
  /// @}

  /// To be called before the reader's transaction begins: what is written meanwhile would be
  /// neither in memory nor in what that transaction sees.
  search_candidates find(const SQLite::Database& db, index_query q, const room_keys& keys) const;

  /// What `find` looks for: words, and an author.
  static std::vector<std::string> terms_of(const search_query& q);

 private:
  struct run {
    std::uint32_t key;
    std::uint64_t first;
    std::uint64_t last;
    std::vector<posting> postings; ///< in the order of the entries
    std::string author{};          ///< the last one, who speaks again as a rule
    std::uint32_t author_hash = 0; ///< of that
  };

  const bounds bounds_;
  std::size_t entries_ = 0;  ///< the writer's
  std::size_t postings_ = 0; ///< the writer's
  mutable std::mutex mutex_; ///< the writer alone changes what follows, and may read it without
  std::unordered_map<std::int64_t, std::vector<run>> newest_;
};

/// The newest entries that are candidates and match, up to the query's limit.
/// @param entry_at null if there is no such entry; the pointer is good until the next call
result<journal::hits>
pick_hits(const search_query& q, search_candidates& candidates,
          const std::function<result<const journal::record*>(std::uint64_t)>& entry_at);

} // namespace asio_chat::sqlite
