#include "journal/sqlite/search_candidates.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

std::optional<std::vector<std::uint32_t>> hashes_under(std::uint32_t key, const room_keys& keys,
                                                       const std::vector<std::string>& terms) {
  std::vector<std::uint32_t> hashes;
  const auto found = keys(key);
  if (!found && found.error().code == errc::not_available) return {};
  if (!found) return hashes;
  if (!(*found)->can_search()) return {}; // destroyed with a text
  for (const std::string& t : terms)
    hashes.push_back(static_cast<std::uint32_t>((*found)->hash_of_word(t)));
  return hashes;
}

void keep_common(std::vector<std::uint32_t>& found, const std::vector<std::uint32_t>& other) {
  auto o = other.begin();
  std::erase_if(found, [&](std::uint32_t entry) {
    while (o != other.end() && *o < entry)
      ++o;
    return o == other.end() || *o != entry;
  });
}

search_candidates::search_candidates(const SQLite::Database& db, index_query q, room_keys keys,
                                     std::vector<std::uint64_t> newest, std::uint64_t newest_first)
    : query_(std::move(q))
    , keys_(std::move(keys))
    , found_(std::move(newest))
    , runs_(db, "SELECT key, first, last, row, rows FROM search_runs "
                "WHERE room=? AND last>=? AND first<=? ORDER BY last DESC")
    , row_(db, "SELECT postings FROM search_rows WHERE id=?") {
  if (query_.terms.empty()) {
    found_.clear();
    add_all(query_.first, std::exchange(query_.last, 0));
    return;
  }
  query_.last = std::min(query_.last, newest_first - 1);
}

void search_candidates::narrow(std::uint64_t first, std::uint64_t last) {
  query_.first = std::max(query_.first, first);
  query_.last = std::min(query_.last, last);
  all_first_ = std::max(all_first_, first);
  all_end_ = std::min(all_end_, last + 1);
  std::erase_if(found_, [&](std::uint64_t o) { return o < first || o > last; });
}

void search_candidates::add_all(std::uint64_t first, std::uint64_t last) {
  all_first_ = std::max(first, query_.first);
  all_end_ = std::max(all_first_, last + 1);
}

std::optional<std::uint64_t> search_candidates::next() {
  do {
    if (all_end_ > all_first_) return --all_end_;
    if (!found_.empty()) {
      const std::uint64_t offset = found_.back();
      found_.pop_back();
      return offset;
    }
  } while (next_run());
  return {};
}

bool search_candidates::next_run() {
  if (!std::exchange(begun_, true)) {
    runs_.bind(1, query_.room);
    runs_.bind(2, static_cast<std::int64_t>(query_.first));
    runs_.bind(3, static_cast<std::int64_t>(query_.last));
  }
  if (query_.last < query_.first || !runs_.executeStep()) {
    query_.last = 0;
    return false;
  }
  const auto offset = [&](int column) {
    return static_cast<std::uint64_t>(runs_.getColumn(column).getInt64());
  };
  look_up({runs_.getColumn(0).getUInt(), offset(1), offset(2), runs_.getColumn(3).getInt64(),
           runs_.getColumn(4).getUInt()});
  return true;
}

void search_candidates::look_up(const run& r) {
  const auto& terms = hashes(r.key);
  if (!terms) return; // nobody can read these entries
  std::optional<std::vector<std::uint32_t>> found;
  for (const std::uint32_t hash : *terms) {
    auto with = entries_with(r, hash);
    if (!with) continue; // damaged: no help in finding, the entries tell
    if (found) {
      keep_common(*found, *with);
    } else {
      found = std::move(with);
    }
    if (found->empty()) return;
  }
  if (!found) return add_all(r.first, std::min(r.last, query_.last));
  for (const std::uint32_t entry : *found) {
    const std::uint64_t offset = r.first + entry;
    if (offset >= query_.first && offset <= query_.last) found_.push_back(offset);
  }
}

const std::optional<std::vector<std::uint32_t>>& search_candidates::hashes(std::uint32_t key) {
  const auto known = hashes_.find(key);
  if (known != hashes_.end()) return known->second;
  return hashes_.emplace(key, hashes_under(key, keys_, query_.terms)).first->second;
}

std::optional<std::vector<std::uint32_t>> search_candidates::entries_with(const run& r,
                                                                          std::uint32_t hash) {
  row_.reset();
  row_.bind(1, r.row + row_of(hash, r.rows));
  if (!row_.executeStep()) return {};
  const SQLite::Column postings = row_.getColumn(0);
  const auto* bytes = static_cast<const char*>(postings.getBlob());
  return find_in_row({bytes, static_cast<std::size_t>(postings.getBytes())}, hash);
}

} // namespace asio_chat::sqlite
