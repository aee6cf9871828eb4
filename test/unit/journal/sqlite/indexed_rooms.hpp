// Rooms whose entries are in memory, and their search index in a file: what a store does with it.
#pragma once

#include "journal/sqlite/search_index.hpp"
#include "journal/tokenizer.hpp"
#include "support/temp_directory.hpp"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::test {

class indexed_rooms {
 public:
  explicit indexed_rooms(sqlite::search_index::bounds b = {})
      : bounds_(b) {
    db.exec(sqlite::search_index::tables);
  }

  void say(const std::string& name, const std::string& from, const std::string& text) {
    if (index->full()) write();
    room& r = rooms_[name];
    if (r.keys.empty()) renew_key(name);
    r.entries.push_back(
        {{name, {1, r.first + r.entries.size()}, time(++now_), from, entry_kind::message, text, ""},
         {}});
    r.key_numbers.push_back(static_cast<std::uint32_t>(r.keys.size()));
    add(r, r.entries.size() - 1);
  }
  wall_time time(std::size_t n) const { return wall_time(std::chrono::milliseconds(n / 3)); }

  void write() {
    SQLite::Transaction changes(db);
    index->write(db, sums);
    changes.commit();
    index->written();
  }
  void write_and_fail() {
    SQLite::Transaction changes(db);
    index->write(db, sums);
  }
  void trim(const std::string& name, std::uint64_t first) {
    room& r = rooms_[name];
    const auto gone =
        static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(first - r.first, r.entries.size()));
    r.entries.erase(r.entries.begin(), r.entries.begin() + gone);
    r.key_numbers.erase(r.key_numbers.begin(), r.key_numbers.begin() + gone);
    r.first += static_cast<std::uint64_t>(gone);
    sqlite::search_index::trim(db, r.number, r.first, sums);
  }
  /// As after an erasure: at the start, when nothing is in memory yet.
  void begin_anew(const std::string& name) {
    room& r = rooms_[name];
    r.entries.clear();
    r.key_numbers.clear();
    r.first = 1;
    sqlite::search_index::trim(db, r.number, std::numeric_limits<std::int64_t>::max(), sums);
    reopen();
  }
  void renew_key(const std::string& name) {
    rooms_[name].keys.push_back(
        std::make_shared<const sqlite::room_key>(sqlite::secret_key::random().bytes()));
  }
  void destroy_key(const std::string& name, std::size_t number) {
    rooms_[name].keys[number - 1].reset();
  }
  /// After a crash: what was in memory only is added again.
  void reopen() {
    index = std::make_unique<sqlite::search_index>(bounds_);
    for (const auto& [name, r] : rooms_) {
      const std::uint64_t done = sqlite::search_index::last_written(db, r.number);
      for (std::size_t i = 0; i < r.entries.size(); ++i) {
        if (index->full()) write();
        if (r.entries[i].what.at.offset > done) add(r, i);
      }
    }
  }

  std::uint64_t first(const std::string& name) { return rooms_[name].first; }
  std::uint64_t count(const std::string& name) { return rooms_[name].entries.size(); }

  sqlite::search_candidates find(const search_query& q) {
    room& r = rooms_[q.room];
    sqlite::index_query asked{r.number, sqlite::search_index::terms_of(q), r.first,
                              r.first + r.entries.size() - 1};
    return index->find(db, asked, [&r](std::uint32_t n) -> result<shared_key> {
      if (!r.keys[n - 1]) return fail(errc::not_available, "destroyed");
      return r.keys[n - 1];
    });
  }
  journal::hits search(const search_query& q) {
    room& r = rooms_[q.room];
    auto candidates = find(q);
    const auto entry_at = [&](std::uint64_t offset) -> result<const journal::record*> {
      ++looked_at;
      return &r.entries.at(offset - r.first);
    };
    return sqlite::pick_hits(q, candidates, entry_at).value();
  }
  journal::hits read_all(const search_query& q) {
    journal::hits found;
    const auto& all = rooms_[q.room].entries;
    for (auto r = all.rbegin(); r != all.rend() && !found.more; ++r) {
      if (!matches(q, r->what)) continue;
      found.more = found.entries.size() == q.limit;
      if (!found.more) found.entries.insert(found.entries.begin(), r->what);
    }
    return found;
  }
  std::string file_bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  using shared_key = std::shared_ptr<const sqlite::room_key>;
  struct room {
    std::int64_t number = next_number++;
    std::uint64_t first = 1;
    std::vector<journal::record> entries;
    std::vector<std::uint32_t> key_numbers; ///< of each entry
    std::vector<shared_key> keys;
    static inline std::int64_t next_number = 1;
  };

  void add(const room& r, std::size_t i) {
    const std::uint32_t key = r.key_numbers[i];
    index->add(r.number, key, *r.keys[key - 1], r.entries[i].what);
  }

  temp_directory directory_;
  std::string path_ = directory_ / "index.db";
  sqlite::search_index::bounds bounds_;
  std::size_t now_ = 0;
  std::map<std::string, room> rooms_;

 public:
  SQLite::Database db{path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  std::unique_ptr<sqlite::search_index> index = std::make_unique<sqlite::search_index>(bounds_);
  sqlite::table_sums sums{sqlite::secret_key::random()};
  std::size_t looked_at = 0;
};

} // namespace asio_chat::test
