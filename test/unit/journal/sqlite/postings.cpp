#include "journal/sqlite/postings.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace asio_chat::sqlite;

using entries = std::vector<std::uint32_t>;

namespace {

entries look_up(const std::vector<std::string>& rows, std::uint32_t hash) {
  const auto found = find_in_row(rows[row_of(hash, static_cast<std::uint32_t>(rows.size()))], hash);
  REQUIRE(found.has_value());
  return *found;
}

} // namespace

TEST_CASE("postings are found again, each once, rising, and no others") {
  std::mt19937 random(1);
  const auto any = [&](std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(0, most)(random);
  };
  for (const std::size_t count : {0u, 1u, 2u, 100u, 1024u, 30'000u}) {
    std::map<std::uint32_t, std::set<std::uint32_t>> expected;
    std::vector<posting> postings;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t hash = any(3) == 0 ? any(UINT32_MAX) : any(20) * 0x0C00'0001u;
      const std::uint32_t entry = any(9) == 0 ? any(UINT32_MAX) : any(4'095);
      postings.push_back(make_posting(hash, entry));
      expected[hash].insert(entry);
    }
    std::ranges::stable_sort(postings, {}, entry_of);
    const auto rows = pack_postings(postings);
    for (const auto& [hash, in] : expected)
      CHECK(look_up(rows, hash) == entries(in.begin(), in.end()));
    for (int i = 0; i < 100; ++i) {
      const std::uint32_t hash = any(UINT32_MAX);
      if (!expected.contains(hash)) CHECK(look_up(rows, hash).empty());
    }
  }
}

TEST_CASE("the least and the greatest hash and entry have their place") {
  std::vector<posting> postings;
  for (const std::uint32_t entry : {0u, UINT32_MAX}) {
    for (const std::uint32_t hash : {0u, UINT32_MAX})
      postings.push_back(make_posting(hash, entry));
  }
  const auto rows = pack_postings(postings);
  CHECK(look_up(rows, 0) == entries{0, UINT32_MAX});
  CHECK(look_up(rows, UINT32_MAX) == entries{0, UINT32_MAX});
}

TEST_CASE("a damaged row of postings is told, or tells something else, and does no harm") {
  std::mt19937 random(2);
  std::vector<posting> postings;
  for (std::uint32_t i = 0; i < 900; ++i)
    postings.push_back(make_posting((i % 100) * 0x0200'0001u, i));
  const std::string row = pack_postings(postings).front();
  const auto any = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  bool told = false;
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    std::string bytes = row.substr(0, any(row.size()));
    for (std::size_t n = any(3); n > 0 && !bytes.empty(); --n)
      bytes[any(bytes.size() - 1)] = static_cast<char>(any(255));
    const auto found = find_in_row(bytes, (i % 100) * 0x0200'0001u);
    told = told || !found;
    if (found) CHECK(found->size() <= bytes.size());
  }
  CHECK(told);
}
