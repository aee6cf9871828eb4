#include "journal/sqlite/search_index.hpp"

#include "journal/tokenizer.hpp"
#include "names/member_name.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

namespace asio_chat::sqlite {

namespace {

/// An author's name as a term: no word begins with this sign.
std::string author_term(std::string_view name) {
  return '@' + fold_name(name);
}

/// The entries that have all of `hashes`, rising.
/// @param postings in the order of the entries, which are `count`
std::vector<std::uint32_t> entries_with(std::span<const posting> postings, std::uint32_t count,
                                        std::span<const std::uint32_t> hashes) {
  std::vector<std::uint32_t> all(hashes.empty() ? count : 0);
  std::iota(all.begin(), all.end(), 0u);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::vector<std::uint32_t> with;
    for (const posting p : postings) {
      if (hash_of(p) == hashes[i] && (with.empty() || with.back() != entry_of(p)))
        with.push_back(entry_of(p));
    }
    if (i == 0) {
      all = std::move(with);
    } else {
      keep_common(all, with);
    }
  }
  return all;
}

/// Of a run, as it stands in the file.
struct run_row {
  std::int64_t room;
  std::int64_t last;
  std::int64_t first;
  std::uint32_t key;
  std::int64_t row; ///< in search_rows: id of the first
};

/// Prepared statements; they throw `SQLite::Exception`.
class run_writer {
 public:
  run_writer(SQLite::Database& db, table_sums& sums)
      : sums_(sums)
      , run_(db, "INSERT INTO search_runs (room, last, first, key, row, rows) "
                 "VALUES (?, ?, ?, ?, ?, ?)" +
                     returning(covered::search_runs))
      , row_(db, "INSERT INTO search_rows (id, postings) VALUES (?, ?)" +
                     returning(covered::search_rows)) {}

  void put(const run_row& r, const std::vector<std::string>& rows) {
    run_.bind(1, r.room);
    run_.bind(2, r.last);
    run_.bind(3, r.first);
    run_.bind(4, r.key);
    run_.bind(5, r.row);
    run_.bind(6, static_cast<std::int64_t>(rows.size()));
    sums_.run_adding(covered::search_runs, run_);
    std::int64_t id = r.row;
    for (const std::string& row : rows) {
      row_.bind(1, id++);
      row_.bindNoCopy(2, row.data(), static_cast<int>(row.size()));
      sums_.run_adding(covered::search_rows, row_);
    }
  }

 private:
  table_sums& sums_;
  SQLite::Statement run_;
  SQLite::Statement row_;
};

} // namespace

const char* const search_index::tables =
    "CREATE TABLE search_runs ("
    "room INTEGER NOT NULL, last INTEGER NOT NULL, first INTEGER NOT NULL, key INTEGER NOT NULL, "
    "row INTEGER NOT NULL, rows INTEGER NOT NULL, " // in search_rows: id of the first, how many
    "PRIMARY KEY (room, last)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE search_rows (id INTEGER PRIMARY KEY, postings BLOB NOT NULL) STRICT;"
    "CREATE TABLE search_backlog (room INTEGER PRIMARY KEY, "
    "below INTEGER NOT NULL) STRICT"; // offset; what is before it is still to be indexed

void search_index::add(std::int64_t room, std::uint32_t key_number, const room_key& key,
                       const entry& e) {
  const std::lock_guard lock(mutex_);
  std::vector<run>& runs = newest_[room];
  if (runs.empty() || runs.back().key != key_number)
    runs.push_back({key_number, e.at.offset, e.at.offset, {}});
  run& r = runs.back();
  r.last = e.at.offset;
  const auto place = static_cast<std::uint32_t>(r.last - r.first);
  const std::size_t before = r.postings.size();
  const auto hash = [&key](std::string_view term) {
    return static_cast<std::uint32_t>(key.hash_of_word(term));
  };
  if (e.kind != entry_kind::destroyed) { // only its place is counted
    if (r.author != e.from || r.author.empty()) {
      r.author = e.from;
      r.author_hash = hash(author_term(e.from));
    }
    r.postings.push_back(make_posting(r.author_hash, place));
    const auto take = [&](std::string_view word) {
      r.postings.push_back(make_posting(hash(word), place));
    };
    for_each_word(e.text, std::ref(take)); // a function that needs no memory of its own
  }
  postings_ += r.postings.size() - before;
  ++entries_;
}

bool search_index::full() const noexcept {
  return entries_ >= bounds_.entries || postings_ >= bounds_.postings;
}

void search_index::write(SQLite::Database& db, table_sums& sums) {
  std::int64_t id = db.execAndGet("SELECT coalesce(max(id), 0) FROM search_rows").getInt64();
  SQLite::Statement take_run(db, "DELETE FROM search_runs WHERE room=? AND last=?" +
                                     returning(covered::search_runs));
  run_writer add(db, sums);
  std::vector<posting> postings;
  for (const auto& [room, runs] : newest_) {
    for (const run& r : runs) {
      postings = r.postings;
      const auto rows = pack_postings(postings);
      take_run.bind(1, room);
      take_run.bind(2, static_cast<std::int64_t>(r.last));
      sums.run_removing(covered::search_runs, take_run);
      add.put({room, static_cast<std::int64_t>(r.last), static_cast<std::int64_t>(r.first), r.key,
               id + 1},
              rows);
      id += static_cast<std::int64_t>(rows.size());
    }
  }
}

void search_index::written() {
  const std::lock_guard lock(mutex_);
  newest_.clear();
  entries_ = postings_ = 0;
}

void search_index::forget(SQLite::Database& db, std::int64_t room, std::uint64_t offset,
                          table_sums& sums) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto newest = newest_.find(room); newest != newest_.end()) {
      for (run& r : newest->second) {
        if (offset < r.first || offset > r.last) continue;
        std::erase_if(r.postings, [&](posting p) { return entry_of(p) == offset - r.first; });
      }
    }
  }
  SQLite::Statement runs(db, "SELECT last, first, key, row, rows FROM search_runs "
                             "WHERE room=? AND last>=? ORDER BY last LIMIT 1");
  runs.bind(1, room);
  runs.bind(2, static_cast<std::int64_t>(offset));
  if (!runs.executeStep()) return;
  const std::int64_t last = runs.getColumn(0).getInt64();
  const std::int64_t first = runs.getColumn(1).getInt64();
  const std::uint32_t key = runs.getColumn(2).getUInt();
  const std::int64_t row = runs.getColumn(3).getInt64();
  const std::int64_t end = row + runs.getColumn(4).getInt64();
  runs.reset();
  if (static_cast<std::int64_t>(offset) < first) return;
  std::vector<posting> left;
  SQLite::Statement rows(db, "SELECT postings FROM search_rows WHERE id>=? AND id<?");
  rows.bind(1, row);
  rows.bind(2, end);
  while (rows.executeStep()) {
    const SQLite::Column bytes = rows.getColumn(0);
    // A row that is damaged is told by `verify`, and found in by nobody.
    if (!unpack_postings(
            {static_cast<const char*>(bytes.getBlob()), static_cast<std::size_t>(bytes.getBytes())},
            left))
      return;
  }
  rows.reset();
  std::erase_if(
      left, [&](posting p) { return entry_of(p) == offset - static_cast<std::uint64_t>(first); });
  const auto packed = pack_postings(left);
  SQLite::Statement take_rows(db, "DELETE FROM search_rows WHERE id>=? AND id<?" +
                                      returning(covered::search_rows));
  take_rows.bind(1, row);
  take_rows.bind(2, end);
  sums.run_removing(covered::search_rows, take_rows);
  SQLite::Statement take_run(db, "DELETE FROM search_runs WHERE room=? AND last=?" +
                                     returning(covered::search_runs));
  take_run.bind(1, room);
  take_run.bind(2, last);
  sums.run_removing(covered::search_runs, take_run);
  run_writer(db, sums).put({room, last, first, key, row}, packed);
}

void search_index::forget(std::int64_t room) {
  const std::lock_guard lock(mutex_);
  const auto newest = newest_.find(room);
  if (newest == newest_.end()) return;
  for (const run& r : newest->second) {
    entries_ -= std::min<std::size_t>(entries_, r.last - r.first + 1);
    postings_ -= r.postings.size();
  }
  newest_.erase(newest);
}

std::uint64_t search_index::last_written(const SQLite::Database& db, std::int64_t room) {
  SQLite::Statement s(db, "SELECT coalesce(max(last), 0) FROM search_runs WHERE room=?");
  s.bind(1, room);
  s.executeStep();
  return static_cast<std::uint64_t>(s.getColumn(0).getInt64());
}

void search_index::trim(SQLite::Database& db, std::int64_t room, std::uint64_t first,
                        table_sums& sums) {
  for (const auto& [t, statement] : std::initializer_list<std::pair<covered, const char*>>{
           {covered::search_rows,
            "DELETE FROM search_rows WHERE id IN (SELECT id FROM search_runs r JOIN search_rows w "
            "ON w.id BETWEEN r.row AND r.row + r.rows - 1 WHERE r.room=? AND r.last<?)"},
           {covered::search_runs, "DELETE FROM search_runs WHERE room=? AND last<?"},
           {covered::search_backlog, "DELETE FROM search_backlog WHERE room=? AND below<=?"}}) {
    SQLite::Statement s(db, statement + returning(t));
    s.bind(1, room);
    s.bind(2, static_cast<std::int64_t>(first));
    sums.run_removing(t, s);
  }
}

std::vector<std::string> search_index::terms_of(const search_query& q) {
  std::vector<std::string> terms = q.words;
  if (q.from) terms.push_back(author_term(*q.from));
  return terms;
}

search_candidates search_index::find(const SQLite::Database& db, index_query q,
                                     const room_keys& keys) const {
  std::vector<std::uint64_t> found;
  std::uint64_t first_here = std::numeric_limits<std::int64_t>::max();
  {
    const std::lock_guard lock(mutex_);
    const auto room = newest_.find(q.room);
    for (const run& r : room == newest_.end() ? std::span<const run>() : room->second) {
      first_here = std::min(first_here, r.first);
      const auto hashes = hashes_under(r.key, keys, q.terms);
      if (!hashes) continue;
      const auto count = static_cast<std::uint32_t>(r.last - r.first + 1);
      for (const std::uint32_t entry : entries_with(r.postings, count, *hashes)) {
        const std::uint64_t offset = r.first + entry;
        if (offset >= q.first && offset <= q.last) found.push_back(offset);
      }
    }
  }
  return {db, std::move(q), keys, std::move(found), first_here};
}

result<journal::hits>
pick_hits(const search_query& q, search_candidates& candidates,
          const std::function<result<const journal::record*>(std::uint64_t)>& entry_at) {
  journal::hits hits;
  while (const auto offset = candidates.next()) {
    const auto r = entry_at(*offset);
    if (!r) return r.error();
    if (!*r || (*r)->what.kind == entry_kind::destroyed || !matches(q, (*r)->what)) continue;
    if (hits.entries.size() == q.limit) {
      hits.more = true;
      break;
    }
    hits.entries.push_back((*r)->what);
  }
  std::reverse(hits.entries.begin(), hits.entries.end());
  return hits;
}

} // namespace asio_chat::sqlite
