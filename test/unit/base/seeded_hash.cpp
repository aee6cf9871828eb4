#include "base/seeded_hash.hpp"

#include "support/catch.hpp"

#include <array>
#include <set>
#include <string>

using namespace asio_chat;

TEST_CASE("seeded_hash: the same for the same bytes, and another one for any others") {
  CHECK(seeded_hash("alice") == seeded_hash(std::string("alice")));
  std::set<std::uint32_t> seen;
  for (std::size_t size = 0; size < 64; ++size)
    seen.insert(seeded_hash(std::string(size, '\0')));
  CHECK(seen.size() == 64);
}

TEST_CASE("seeded_hash: what differs in few bits fills all parts of a table") {
  constexpr unsigned names = 64'000;
  std::set<std::uint32_t> seen;
  std::array<unsigned, 16> low{};
  std::array<unsigned, 16> high{};
  for (unsigned i = 0; i < names; ++i) {
    const std::uint32_t hash = seeded_hash("member-" + std::to_string(i));
    seen.insert(hash);
    ++low[hash % 16];
    ++high[hash >> 28];
  }
  CHECK(seen.size() > names - 20); // chance makes half of a pair
  for (const auto& parts : {low, high})
    for (const unsigned part : parts) {
      CHECK(part > names / 16 * 8 / 10);
      CHECK(part < names / 16 * 12 / 10);
    }
}
