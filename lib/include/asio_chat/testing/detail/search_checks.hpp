// Internal: what a journal promises to those who search a log.
#pragma once

#include <asio_chat/testing/detail/journal_bench.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace asio_chat::testing::journal_checks {

inline void search(const journal_maker& make) {
  journal_bench b(make);
  const wall_time noon(std::chrono::milliseconds(1'700'000'000'000));
  const auto say = [&](const char* room, const char* from, const char* text, int minute) {
    entry e = b.draft(room, text, "", from);
    e.time = noon + std::chrono::minutes(minute);
    b.append(e);
  };
  say("den", "alice", "Tea at five, or GREEN tea?", 0);
  say("den", "bob", "green, please", 1);
  say("den", "alice", "grünen Tee für Bob", 2);
  say("nook", "alice", "green tea", 3);
  const auto find = [&](words w) { return texts(b.search({"den", std::move(w), {}, {}, {}})); };
  CHECK(find({"green"}) == words{"Tea at five, or GREEN tea?", "green, please"});
  CHECK(find({"green", "tea"}) == words{"Tea at five, or GREEN tea?"});
  CHECK(find({"grünen"}) == words{"grünen Tee für Bob"});
  CHECK(find({"gree"}).empty()); // whole words
  CHECK(find({"green", "coffee"}).empty());
  CHECK(b.search({"elsewhere", {"green"}, {}, {}, {}}).entries.empty());
  CHECK(texts(b.search({"den", {"green"}, "BOB", {}, {}})) == words{"green, please"});
  CHECK(texts(b.search({"den", {}, "bob", {}, {}})) == words{"green, please"});
  CHECK(texts(b.search({"den", {"green"}, {}, noon + std::chrono::minutes(1), {}})) ==
        words{"green, please"});
  CHECK(texts(b.search({"den", {"green"}, {}, {}, noon + std::chrono::minutes(1)})) ==
        words{"Tea at five, or GREEN tea?"});
  const auto newest = b.search({"den", {"green"}, {}, {}, {}, 1});
  CHECK(texts(newest) == words{"green, please"});
  CHECK(newest.more);
  CHECK_FALSE(b.search({"den", {"green"}, {}, {}, {}, 2}).more);
}

inline void times(const journal_maker& make) {
  journal_bench b(make);
  const wall_time noon(std::chrono::milliseconds(1'700'000'000'000));
  entry e = b.draft("den", "x");
  constexpr std::chrono::hours years(24 * 3650);
  const std::vector<wall_time> said{noon, noon + years, noon + std::chrono::seconds(1),
                                    noon - years, noon + std::chrono::seconds(2)};
  for (const wall_time t : said) {
    e.time = t;
    CHECK(b.append(e).time == t);
  }
  const journal::page kept = b.read("den", position{});
  REQUIRE(kept.entries.size() == said.size());
  for (std::size_t i = 0; i < said.size(); ++i)
    CHECK(kept.entries[i].what.time == said[i]);
  // Each is found by its own time, in the order of the log.
  const auto found = [&](std::optional<wall_time> since, std::optional<wall_time> until) {
    std::vector<wall_time> times;
    for (const entry& hit : b.search({"den", {"x"}, {}, since, until}).entries)
      times.push_back(hit.time);
    return times;
  };
  using times = std::vector<wall_time>;
  CHECK(found(noon, noon + std::chrono::minutes(1)) == times{said[0], said[2], said[4]});
  CHECK(found(noon + std::chrono::minutes(1), {}) == times{said[1]});
  CHECK(found({}, noon) == times{said[3]});
  CHECK(found(noon + std::chrono::seconds(1), {}) == times{said[1], said[2], said[4]});
}

} // namespace asio_chat::testing::journal_checks
