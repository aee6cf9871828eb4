#include "journal/sqlite/sqlite_journal.hpp"

#include "contract/journal_contract.hpp"
#include "support/temp_directory.hpp"

#include <deque>

using namespace asio_chat;

TEST_CASE("sqlite_journal keeps the contract of journals") {
  std::deque<test::temp_directory> directories; // gone after the journals in them
  test::check_journal_contract([&](const test::journal_wishes& w) {
    sqlite_journal::options o{.directory = directories.emplace_back().string()};
    o.masters.push_back(sqlite::secret_key::random());
    o.keep.entries = w.entries_per_room;
    return sqlite_journal::open(std::move(o), w.later).value();
  });
}
