// What a journal that lists its logs promises of that; see `testing/journal_contract.hpp`.
#pragma once

#include <asio_chat/testing/detail/journal_bench.hpp>
#include <asio_chat/testing/detail/journal_checks.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace asio_chat::testing {

namespace journal_checks {

inline journal::log_list list_once(journal_bench& b, std::string from) {
  std::optional<result<journal::log_list>> answered;
  b.log->list(std::move(from), [&](result<journal::log_list> some) { answered = std::move(some); });
  REQUIRE_FALSE(answered.has_value());
  REQUIRE(b.inbox.run_until([&] { return answered.has_value(); }));
  return answered->value();
}

inline words list_all(journal_bench& b) {
  words all;
  for (std::string from;;) {
    journal::log_list some = list_once(b, from);
    all.insert(all.end(), some.rooms.begin(), some.rooms.end());
    if (some.next.empty()) break;
    from = some.next;
  }
  std::ranges::sort(all);
  return all;
}

inline void lists_logs(const journal_maker& make) {
  journal_bench b(make);
  if (!b.log->lists()) return;
  CHECK(list_all(b).empty());
  // Those in which nothing was said are none, and what was asked before is seen.
  b.follow("silent", std::make_shared<deaf_listener>());
  b.append("den", "hello");
  b.append("@one-other", "psst");
  b.log->append(journal_bench::draft("attic", "not answered yet"), alice, [](const auto&) {});
  CHECK(list_all(b) == words{"@one-other", "attic", "den"});
}

inline void lists_many_logs(const journal_maker& make) {
  journal_bench b(make);
  if (!b.log->lists()) return;
  words expected;
  for (int i = 0; i < 200; ++i) {
    expected.push_back("room" + std::to_string(i));
    b.append(expected.back(), "hello");
  }
  std::ranges::sort(expected);
  // A log that comes meanwhile may be among them or not; no other is missing.
  const journal::log_list first = list_once(b, {});
  CHECK(first.rooms.size() < expected.size());
  b.append("aaa", "hello");
  b.append("zzz", "hello");
  words all = first.rooms;
  for (std::string from = first.next; !from.empty();) {
    const journal::log_list some = list_once(b, from);
    all.insert(all.end(), some.rooms.begin(), some.rooms.end());
    from = some.next;
  }
  std::erase_if(all, [](const std::string& room) { return room == "aaa" || room == "zzz"; });
  std::ranges::sort(all);
  CHECK(all == expected);
}

} // namespace journal_checks

inline constexpr journal_check listing_contract[] = {
    {"all logs that have entries are listed", journal_checks::lists_logs},
    {"many logs are listed a few at a time", journal_checks::lists_many_logs},
};

} // namespace asio_chat::testing
