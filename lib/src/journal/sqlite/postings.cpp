#include "journal/sqlite/postings.hpp"

#include "journal/sqlite/binary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace asio_chat::sqlite {

namespace {

/// About two bytes each: rows of 2 kB, so that looking a word up reads a page of the file.
constexpr std::size_t postings_per_row = 1'024;

/// By counting, a byte at a time: hashes are evenly spread, and each comparison of two would be a
/// branch that nobody can guess. Those with the same hash stay in their order.
void sort_by_hash(std::vector<posting>& all) {
  constexpr std::size_t few = 256; // the tables cost as much as so many
  if (all.size() < few) return std::sort(all.begin(), all.end());
  std::vector<posting> sorted(all.size());
  for (unsigned shift = 32; shift < 64; shift += 8) {
    const auto byte_of = [shift](posting p) { return static_cast<std::size_t>(p >> shift & 0xff); };
    std::array<std::size_t, 256> places{};
    for (const posting p : all)
      ++places[byte_of(p)];
    std::size_t before = 0;
    for (std::size_t& place : places)
      before += std::exchange(place, before);
    for (const posting p : all)
      sorted[places[byte_of(p)]++] = p;
    all.swap(sorted);
  }
}

} // namespace

std::vector<std::string> pack_postings(std::vector<posting>& postings) {
  sort_by_hash(postings);
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

namespace {

/// The next word of a row, and the bytes of its entries.
struct row_reader {
  byte_reader words;
  std::uint64_t hash = 0;
  std::string_view entries{};

  explicit row_reader(std::string_view row)
      : words(row) {}
  bool done() const noexcept { return words.left() == 0; }
  bool next() {
    const auto step = words.varint();
    const auto bytes = words.string();
    if (!step || !bytes || *step > UINT32_MAX - hash) return false;
    hash += *step;
    entries = *bytes;
    return true;
  }
};

/// False for bytes that are none.
template <class Take>
bool for_each_entry(std::string_view bytes, Take take) {
  byte_reader rest(bytes);
  for (std::uint64_t entry = 0; rest.left() > 0;) {
    const auto more = rest.varint();
    if (!more || *more > UINT32_MAX - entry) return false;
    entry += *more;
    take(static_cast<std::uint32_t>(entry));
  }
  return true;
}

} // namespace

std::optional<std::vector<std::uint32_t>> find_in_row(std::string_view row, std::uint32_t hash) {
  std::vector<std::uint32_t> found;
  for (row_reader r(row); !r.done();) {
    if (!r.next()) return {};
    if (r.hash > hash) break;
    if (r.hash < hash) continue;
    if (!for_each_entry(r.entries, [&](std::uint32_t entry) { found.push_back(entry); })) return {};
    break;
  }
  return found;
}

bool unpack_postings(std::string_view row, std::vector<posting>& to) {
  for (row_reader r(row); !r.done();) {
    if (!r.next()) return false;
    const auto hash = static_cast<std::uint32_t>(r.hash);
    if (!for_each_entry(r.entries,
                        [&](std::uint32_t entry) { to.push_back(make_posting(hash, entry)); }))
      return false;
  }
  return true;
}

} // namespace asio_chat::sqlite
