#include "journal/sqlite/sqlite_journal.hpp"

#include "support/faulty_vfs.hpp"
#include "support/temp_directory.hpp"

#include <asio_chat/testing/journal_contract.hpp>

#include <deque>

using namespace asio_chat;

TEST_CASE("sqlite_journal keeps the contract of journals") {
  std::deque<test::temp_directory> directories; // gone after the journals in them
  testing::check_journal_contract([&](const testing::journal_wishes& w) {
    sqlite_journal::options o{.directory = directories.emplace_back().string()};
    o.masters.push_back(sqlite::secret_key::random());
    o.keep.entries = w.entries_per_room;
    return sqlite_journal::open(std::move(o), w.later()).value();
  });
}

TEST_CASE("sqlite_journal: what fails is not heard, and following goes on without a gap") {
  test::faulty_vfs disk;
  const test::temp_directory directory;
  const auto make = [&](const testing::journal_wishes& w) {
    sqlite_journal::options o{.directory = directory.string(), .vfs = disk.name()};
    o.masters.push_back(sqlite::secret_key::random());
    return sqlite_journal::open(std::move(o), w.later()).value();
  };
  testing::check_following_through_failures(
      make, [&](bool failing) { failing ? disk.fill_disk() : disk.repair(); });
}
