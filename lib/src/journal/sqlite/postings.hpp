// How the index keeps which entries have a word: sorted lists, in rows of a few kilobytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

/// A word in an entry: the word's keyed hash above, and below how far the entry is from the first
/// one of its run. In one number, so that sorting is quick.
using posting = std::uint64_t;

inline posting make_posting(std::uint32_t hash, std::uint32_t entry) noexcept {
  return std::uint64_t{hash} << 32 | entry;
}
inline std::uint32_t hash_of(posting p) noexcept {
  return static_cast<std::uint32_t>(p >> 32);
}
inline std::uint32_t entry_of(posting p) noexcept {
  return static_cast<std::uint32_t>(p);
}

/// In which of `rows` a word is. Hashes are evenly spread, and so are the words over the rows.
inline std::uint32_t row_of(std::uint32_t hash, std::uint32_t rows) noexcept {
  return static_cast<std::uint32_t>(std::uint64_t{hash} * rows >> 32);
}

/// Sorts, and packs into rows for `row_of`; at least one. The entries of a hash have to rise
/// already, or to be the same. Each row has, for each of its words, three varints: how much greater
/// the hash is than the one before, how many bytes follow, and these: how much greater each entry
/// is than the one before.
std::vector<std::string> pack_postings(std::vector<posting>& postings);

/// The entries that a row has for a word, rising; nothing for a row that was not made by
/// `pack_postings`.
std::optional<std::vector<std::uint32_t>> find_in_row(std::string_view row, std::uint32_t hash);

/// Adds what a row has to `to`; false for one that was not made by `pack_postings`.
bool unpack_postings(std::string_view row, std::vector<posting>& to);

} // namespace asio_chat::sqlite
