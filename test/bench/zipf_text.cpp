#include "asio-chat-bench/zipf_text.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace asio_chat::bench;

TEST_CASE("asio-chat-bench texts: every rank is a word of its own, of small letters") {
  std::set<std::string> seen;
  for (std::uint32_t rank = 0; rank < 30'000; ++rank) {
    const auto word = zipf_text::word(rank);
    CHECK(std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
    seen.insert(word);
  }
  CHECK(seen.size() == 30'000);
}

TEST_CASE("asio-chat-bench texts: a number has always the same text, of about the size") {
  const zipf_text texts(128);
  CHECK(texts.text(7) == zipf_text(128).text(7));
  CHECK(texts.text(7) != texts.text(8));
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    CHECK(texts.text(number).size() >= 128);
    CHECK(texts.text(number).size() < 140);
  }
}

TEST_CASE("asio-chat-bench texts: of the first two words every text has one") {
  const zipf_text texts(100);
  for (std::uint64_t number = 0; number < 100; ++number) {
    const auto ranks = texts.ranks(number);
    CHECK(ranks.front() == number % 2);
    CHECK(std::all_of(ranks.begin() + 1, ranks.end(), [](auto rank) { return rank >= 2; }));
  }
}

TEST_CASE("asio-chat-bench texts: the first words are frequent, the last are rare") {
  const zipf_text texts(128);
  std::map<std::uint32_t, std::size_t> count;
  std::size_t late = 0;
  std::size_t all = 0;
  for (std::uint64_t number = 0; number < 10'000; ++number)
    for (const auto rank : texts.ranks(number)) {
      ++count[rank];
      ++all;
      if (rank >= 20'000) ++late;
    }
  CHECK(count[2] > count[20]);
  CHECK(count[20] > count[200]);
  CHECK(count[200] > count[2'000]);
  CHECK(late > 0);
  CHECK(late < all / 10);
}
