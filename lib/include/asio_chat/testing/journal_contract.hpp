// What every journal promises, whatever it keeps its logs in, as tests for Catch2 (2 or 3). Include
// it in a test of a journal of your own (`server_hooks::journal`), and link Catch2:
//
//     TEST_CASE("my journal keeps the contract") {
//       asio_chat::testing::check_journal_contract(
//           [](const asio_chat::testing::journal_wishes& w) {
//             return std::make_unique<my_journal>(w.executor, w.entries_per_room);
//           });
//     }
#pragma once

#include <asio_chat/testing/detail/following_checks.hpp>
#include <asio_chat/testing/detail/journal_bench.hpp>
#include <asio_chat/testing/detail/journal_checks.hpp>
#include <asio_chat/testing/detail/list_checks.hpp>

#include <functional>

namespace asio_chat::testing {

/// Whether a journal forgets old entries, or keeps all and does not look at
/// `journal_wishes::entries_per_room`.
enum class journal_keeps { newest, everything };

/// Runs every check, each in a section with journals of its own. Call it from a TEST_CASE.
/// @param make makes a new journal, whose logs are empty
inline void check_journal_contract(const journal_maker& make,
                                   journal_keeps keeps = journal_keeps::newest) {
  const auto run_all = [&make](const auto& checks) {
    for (const journal_check& check : checks) {
      DYNAMIC_SECTION(check.promise) {
        check.run(make);
      }
    }
  };
  run_all(journal_contract);
  run_all(following_contract);
  run_all(listing_contract);
  if (keeps == journal_keeps::newest) run_all(retention_contract);
}

/// For a journal whose disk can be made to fail.
inline void check_following_through_failures(const journal_maker& make,
                                             const std::function<void(bool failing)>& disk) {
  using journal_checks::words;
  journal_bench b(make);
  const auto a = journal_checks::user_of(b, journal_checks::alice);
  const auto other = journal_checks::user_of(b, journal_checks::bob);
  a->follow();
  other->follow();
  a->say("one");
  CHECK(journal_checks::heard(b, *other, 2));
  disk(true);
  a->say("lost");
  CHECK(journal_checks::heard(b, *a, 4));
  disk(false);
  other->say("two");
  CHECK(journal_checks::heard(b, *a, 5));
  CHECK(a->events == words{"state 0", "mine 1", "1 one", "refused", "2 two"});
  CHECK(other->events == words{"state 0", "1 one", "mine 2", "2 two"});
}

} // namespace asio_chat::testing
