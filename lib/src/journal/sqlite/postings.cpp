#include "journal/sqlite/postings.hpp"

#include "journal/sqlite/binary.hpp"

#include <boost/sort/spreadsort/integer_sort.hpp>

#include <algorithm>

namespace asio_chat::sqlite {

namespace {

/// About two bytes each: rows of 2 kB, so that looking a word up reads a page of the file.
constexpr std::size_t postings_per_row = 1'024;

} // namespace

std::vector<std::string> pack_postings(std::vector<posting>& postings) {
  boost::sort::spreadsort::integer_sort(postings.begin(), postings.end());
  postings.erase(std::unique(postings.begin(), postings.end()), postings.end());
  std::vector<std::string> rows(1 + postings.size() / postings_per_row);
  std::uint32_t row = 0;
  std::uint32_t hash_before = 0;
  std::string entries;
  for (auto p = postings.begin(); p != postings.end();) {
    const std::uint32_t hash = hash_of(*p);
    const std::uint32_t its_row = row_of(hash, static_cast<std::uint32_t>(rows.size()));
    if (its_row != row) hash_before = 0;
    row = its_row;
    entries.clear();
    for (std::uint32_t before = 0; p != postings.end() && hash_of(*p) == hash; ++p) {
      put_varint(entries, entry_of(*p) - before);
      before = entry_of(*p);
    }
    put_varint(rows[row], hash - hash_before);
    put_varint(rows[row], entries.size());
    rows[row] += entries;
    hash_before = hash;
  }
  return rows;
}

std::optional<std::vector<std::uint32_t>> find_in_row(std::string_view row, std::uint32_t hash) {
  byte_reader words(row);
  for (std::uint64_t at = 0; words.left() > 0;) {
    const auto step = words.varint();
    const auto entries = words.string();
    if (!step || !entries || *step > UINT32_MAX - at) return {};
    at += *step;
    if (at > hash) break;
    if (at < hash) continue;
    std::vector<std::uint32_t> found;
    byte_reader rest(*entries);
    for (std::uint64_t entry = 0; rest.left() > 0;) {
      const auto more = rest.varint();
      if (!more || *more > UINT32_MAX - entry) return {};
      entry += *more;
      found.push_back(static_cast<std::uint32_t>(entry));
    }
    return found;
  }
  return std::vector<std::uint32_t>();
}

} // namespace asio_chat::sqlite
