// Search in the journal as a whole: threads, groups, retention and restarts.
#include "journal/sqlite/sqlite_journal.hpp"

#include "journal/tokenizer.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <SQLiteCpp/Database.h>
#include <asio_chat/testing/journal_contract.hpp>

#include <random>

using namespace asio_chat;

TEST_CASE("sqlite_journal finds what a reading of its log finds, after restarts as well") {
  std::mt19937 random(9);
  const auto any = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  std::vector<std::string> vocabulary;
  for (int i = 0; i < 200; ++i)
    vocabulary.push_back("w" + std::to_string(i));
  const auto word = [&] { return vocabulary[any(any(vocabulary.size() - 1))]; }; // some are common

  const test::temp_directory directory;
  const sqlite::secret_key master = sqlite::secret_key::random();
  const auto make = [&](const testing::journal_wishes& w) {
    sqlite_journal::options o{.directory = directory.string()};
    o.masters.push_back(master);
    o.keep.entries = 7'000;
    return sqlite_journal::open(std::move(o), w.later()).value();
  };
  wall_time now{std::chrono::milliseconds(1'000'000)};
  for (int start = 0; start < 3; ++start) {
    testing::journal_bench b(make);
    int answers = 0;
    for (int i = 0; i < 5'000; ++i) { // more than the index keeps in memory
      entry e = b.draft("den", word() + ' ' + word() + ' ' + word(), "", any(9) ? "alice" : "bob");
      e.time = now += std::chrono::milliseconds(any(2));
      b.log->append(std::move(e), {1}, [&](const auto& a) { answers += a.has_value() ? 1 : 0; });
    }
    REQUIRE(b.inbox.run_until([&] { return answers == 5'000; }));
    const journal::page all = b.read("den", {}, 100'000);
    REQUIRE(all.entries.size() >= (start == 0 ? 5'000u : 7'000u));
    for (int i = 0; i < 40; ++i) {
      search_query q{"den", {}, {}, {}, {}, 1 + any(60)};
      if (any(4) > 0) q.words = words_in(word() + ' ' + (any(1) ? word() : ""));
      if (q.words.empty() || any(2) == 0) q.from = "bob";
      if (any(2) == 0) q.since = now - std::chrono::milliseconds(any(6'000));
      if (any(2) == 0) q.until = now - std::chrono::milliseconds(any(6'000));
      std::vector<entry> expected;
      for (const journal::record& r : all.entries) {
        if (matches(q, r.what)) expected.push_back(r.what);
      }
      const bool more = expected.size() > q.limit;
      if (more)
        expected.erase(expected.begin(), expected.end() - static_cast<std::ptrdiff_t>(q.limit));
      const auto found = b.search(q);
      CHECK(found.entries == expected);
      CHECK(found.more == more);
    }
  }
}

TEST_CASE("a search in an index that another program has changed is refused, and says so") {
  const test::temp_directory directory;
  std::vector<std::string> reports;
  testing::journal_bench b([&](const testing::journal_wishes& w) {
    sqlite_journal::options o{.directory = directory.string()};
    o.masters.push_back(sqlite::secret_key::random());
    o.on_report = [&](severity, const std::string& sentence) { reports.push_back(sentence); };
    return sqlite_journal::open(std::move(o), w.later()).value();
  });
  b.append("den", "a needle");
  const search_query q{"den", {"needle"}, {}, {}, {}};
  REQUIRE(b.search(q).entries.size() == 1);
  SQLite::Database other(directory / "journal.db", SQLite::OPEN_READWRITE);
  const bool checkpoint = GENERATE(true, false);
  other.exec(checkpoint ? "PRAGMA wal_checkpoint(TRUNCATE)"
                        : "INSERT INTO search_backlog VALUES (1, 1)");
  std::optional<result<journal::hits>> found;
  b.log->search(q, [&](auto hits) { found = std::move(hits); });
  REQUIRE(b.inbox.run_until([&] { return found.has_value(); }));
  if (checkpoint) {
    CHECK((**found).entries.size() == 1);
    CHECK(reports.empty());
  } else {
    CHECK(found->error().code == errc::storage_failed);
    b.inbox.run_all();
    REQUIRE(reports.size() == 1);
    CHECK(reports.front().find("another program has changed it") != std::string::npos);
    CHECK(b.read("den", {}).entries.size() == 1); // entries name themselves
  }
}
