// Internal: what a journal promises of its pages; see `testing/journal_contract.hpp`.
#pragma once

#include <asio_chat/testing/detail/journal_bench.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace asio_chat::testing::journal_checks {

using side = log_range::side;

inline void pages(const journal_maker& make) {
  journal_bench b(make);
  std::uint64_t epoch = 0;
  for (int i = 1; i <= 10; ++i)
    epoch = b.append("den", std::to_string(i)).at.epoch;
  auto page = b.read("den", {epoch, 0}, 4);
  CHECK(texts(page) == words{"1", "2", "3", "4"});
  CHECK(page.more);
  page = b.read("den", page.entries.back().what.at, 4);
  CHECK(texts(page) == words{"5", "6", "7", "8"});
  CHECK(page.more);
  page = b.read("den", page.entries.back().what.at, 4);
  CHECK(texts(page) == words{"9", "10"});
  CHECK_FALSE(page.more);
  page = b.read("den", {epoch, 6}, 4);
  CHECK(texts(page) == words{"7", "8", "9", "10"});
  CHECK_FALSE(page.more); // exactly the limit, and nothing after it
  page = b.read("den", {epoch, 0}, 0);
  CHECK(page.entries.empty());
  CHECK(page.more);
  for (const std::uint64_t end : {std::uint64_t{10}, std::uint64_t{11}, ~std::uint64_t{0}}) {
    page = b.read("den", {epoch, end}, 4);
    CHECK(page.entries.empty());
    CHECK_FALSE(page.more);
    CHECK_FALSE(page.gap);
  }
}

inline void pages_both_ways(const journal_maker& make) {
  journal_bench b(make);
  std::uint64_t epoch = 0;
  for (int i = 1; i <= 10; ++i)
    epoch = b.append("den", std::to_string(i)).at.epoch;
  const auto read = [&](side where, position from, std::size_t n) {
    return b.read_part("den", journal::range{{where, from, n}});
  };
  auto page = read(side::before, {}, 3); // the newest
  CHECK(texts(page) == words{"8", "9", "10"});
  CHECK(page.earlier);
  CHECK_FALSE(page.more);
  page = read(side::before, {epoch, 8}, 5);
  CHECK(texts(page) == words{"3", "4", "5", "6", "7"});
  CHECK(page.earlier);
  CHECK(page.more);
  page = read(side::before, {epoch, 3}, 5);
  CHECK(texts(page) == words{"1", "2"});
  CHECK_FALSE(page.earlier);
  CHECK(page.more);
  CHECK(read(side::before, {epoch, 1}, 5).entries.empty());
  CHECK(texts(read(side::before, {epoch, 999}, 2)) == words{"9", "10"});
  page = read(side::around, {epoch, 5}, 4);
  CHECK(texts(page) == words{"3", "4", "5", "6"});
  CHECK(page.earlier);
  CHECK(page.more);
  CHECK(texts(read(side::around, {epoch, 1}, 4)) == words{"1", "2", "3", "4"});
  CHECK(texts(read(side::around, {epoch, 10}, 4)) == words{"8", "9", "10"});
  CHECK_FALSE(page.gap);
  CHECK(b.read_part("nook", journal::range{{side::before, {}, 3}}).entries.empty());
}

inline void pages_of_bytes(const journal_maker& make) {
  journal_bench b(make);
  std::uint64_t epoch = 0;
  for (int i = 0; i < 10; ++i)
    epoch = b.append("den", std::string(1'000, static_cast<char>('a' + i))).at.epoch;
  const auto first_letters = [](const journal::page& p) {
    std::string all;
    for (const journal::record& r : p.entries)
      all += r.what.text[0];
    return all;
  };
  auto page = b.read_part("den", journal::range{{side::after, {epoch, 0}, 100}, 3'900});
  CHECK(first_letters(page) == "abc");
  CHECK(page.more);
  page = b.read_part("den", journal::range{{side::after, {epoch, 3}, 100}, 1});
  CHECK(first_letters(page) == "d"); // one in any case
  page = b.read_part("den", journal::range{{side::before, {epoch, 9}, 100}, 3'900});
  CHECK(first_letters(page) == "fgh");
  CHECK(page.earlier);
}

inline void other_epoch(const journal_maker& make) {
  journal_bench b(make);
  std::uint64_t epoch = 0;
  for (int i = 1; i <= 3; ++i)
    epoch = b.append("den", std::to_string(i)).at.epoch;
  for (const std::uint64_t other : {epoch - 1, epoch + 1, std::uint64_t{0}}) {
    const auto page = b.read("den", {other, 2}, 10);
    CHECK(texts(page) == words{"1", "2", "3"});
    CHECK_FALSE(page.more);
  }
}

inline void gap(const journal_maker& make) {
  journal_bench b(make, 10);
  std::uint64_t epoch = 0;
  for (int i = 1; i <= 500; ++i)
    epoch = b.append("den", std::to_string(i)).at.epoch;
  const auto page = b.read("den", {epoch, 3}, 1'000);
  REQUIRE_FALSE(page.entries.empty());
  CHECK(page.entries.size() < 250); // bounded, though not to the entry
  CHECK(page.entries.back().what.at.offset == 500);
  REQUIRE(page.gap);
  CHECK(*page.gap == page.entries.front().what.at.offset);
  CHECK_FALSE(b.read("den", {epoch, *page.gap - 1}).gap); // nothing is missing from there on
  CHECK(b.read("den", {epoch, *page.gap - 2}).gap == page.gap);
  CHECK(b.state("den").head.offset == 500);
}

} // namespace asio_chat::testing::journal_checks
