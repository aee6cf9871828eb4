#include "journal/sqlite/log_search.hpp"

#include "journal/sqlite/schema.hpp"
#include "journal/tokenizer.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <algorithm>
#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using std::chrono::milliseconds;

namespace {

/// A log on the disk, written record by record, and its entries in memory.
struct log_on_disk {
  test::temp_directory directory;
  std::unique_ptr<key_ring> keys =
      key_ring::open(directory / "keys.db", {secret_key::random()}).value();
  SQLite::Database db{directory / "journal.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  search_index index{{.entries = 100}};
  table_sums sums{secret_key::random()};
  room_row room;
  std::vector<journal::record> entries;

  log_on_disk() {
    journal_schema(keys.get()).create(db);
    room.number = 3;
    room.tag = keys->tag_of("den");
    room.epoch = 7;
  }

  void write(std::vector<journal::record> added) {
    const std::uint32_t number = keys->newest(room.tag).value();
    const auto key = keys->key(room.tag, number).value();
    stored_record r;
    r.header = {room.tag,
                room.epoch,
                number,
                room.head + 1,
                room.head + added.size(),
                added.back().what.time};
    r.before = room.chain;
    r.sealed = seal(*key, r.header, r.before, pointers_to(added));
    r.chain = room.chain = chain_after(*key, r);
    record_table(db).insert(room.number, r);
    if (added.front().what.time < room.time)
      turn_table(db, &sums).insert(room.number, r.header.first);
    room.time = r.header.time;
    if (index.full()) {
      index.write(db, sums);
      index.written();
    }
    for (journal::record& e : added) {
      e.what.room = "den";
      e.what.at = {room.epoch, ++room.head};
      index.add(room.number, number, *key, e.what);
      entries.push_back(std::move(e));
    }
  }
  void say(std::string text, wall_time time = {}) {
    write({{{"", {}, time, "alice", entry_kind::message, std::move(text), ""}, {1}}});
  }

  result<journal::hits> search(const search_query& q, std::uint64_t first = 1) {
    auto candidates = index.find(db, {room.number, search_index::terms_of(q)},
                                 [&](std::uint32_t number) { return keys->key(room.tag, number); });
    room_row row = room;
    row.first = first;
    record_table records(db);
    return log_search(db, records, *keys).run(q, row, candidates);
  }
  std::vector<entry> read_all(const search_query& q, std::uint64_t first) const {
    std::vector<entry> found;
    for (auto e = entries.rbegin(); e != entries.rend() && found.size() < q.limit; ++e) {
      if (e->what.at.offset >= first && matches(q, e->what)) found.insert(found.begin(), e->what);
    }
    return found;
  }
};

} // namespace

TEST_CASE("search in a log on the disk finds what a reading of all entries finds") {
  const bool clock_is_set = GENERATE(false, true);
  std::mt19937 random(5);
  const auto any = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  const std::vector<std::string> vocabulary{"tea", "green", "black", "milk", "five"};
  log_on_disk log;
  wall_time now{milliseconds(1'000)};
  for (int record = 0; record < 150; ++record) {
    if (record % 40 == 39) REQUIRE(log.keys->renew().has_value());
    std::vector<journal::record> added;
    for (std::size_t n = 1 + any(8); n > 0; --n) {
      if (any(2) > 0) now += milliseconds(any(3)); // many at the same time
      // The clock is set between two records: back, and ahead again.
      if (clock_is_set && added.empty() && any(9) == 0)
        now = wall_time(milliseconds(1'000 + any(800)));
      added.push_back({{"",
                        {},
                        now,
                        any(3) ? "alice" : "bob",
                        entry_kind::message,
                        vocabulary[any(4)] + ' ' + vocabulary[any(4)],
                        ""},
                       {1}});
    }
    log.write(std::move(added));
  }
  const std::size_t span = 1'500;
  for (int i = 0; i < 1'500; ++i) {
    search_query q{"den", {}, {}, {}, {}, 1 + any(40)};
    if (any(3) > 0) q.words = words_in(vocabulary[any(4)] + ' ' + vocabulary[any(4)]);
    if (any(3) == 0) q.from = "BOB";
    if (any(1) == 0) q.since = wall_time(milliseconds(995 + any(span + 10)));
    if (any(1) == 0) q.until = wall_time(milliseconds(995 + any(span + 10)));
    const std::uint64_t first = any(3) ? 1 : 1 + any(log.entries.size());
    const auto found = log.search(q, first);
    REQUIRE(found.has_value());
    REQUIRE(found->entries == log.read_all(q, first));
  }
}

TEST_CASE("search in an empty log finds nothing") {
  log_on_disk log;
  CHECK(log.search({"den", {"tea"}, {}, {}, {}}).value().entries.empty());
  CHECK(log.search({"den", {"tea"}, {}, wall_time(), wall_time()}).value().entries.empty());
}

TEST_CASE("search does not pass over a record that is damaged, and needs no other one") {
  log_on_disk log;
  log.say("green tea");
  log.say("milk");
  log.db.exec("UPDATE records SET sealed=zeroblob(length(sealed)) WHERE last=1");
  CHECK(log.search({"den", {"milk"}, {}, {}, {}}).value().entries.size() == 1);
  const auto found = log.search({"den", {"tea"}, {}, {}, {}});
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().message.find("entries 1 to 1 of #den") != std::string::npos);
}

TEST_CASE("search in a room whose keys were destroyed finds nothing") {
  log_on_disk log;
  log.say("tea");
  REQUIRE(log.keys->destroy(log.room.tag).has_value());
  CHECK(log.search({"den", {"tea"}, {}, {}, {}}).value().entries.empty());
  CHECK(log.search({"den", {}, {}, {}, {}}).value().entries.empty());
}

TEST_CASE("search with a key ring that lacks a key fails with the reason") {
  log_on_disk log;
  log.say("tea");
  SECTION("in memory") {}
  SECTION("in the file") {
    log.index.write(log.db, log.sums);
    log.index.written();
  }
  log.keys = key_ring::open(log.directory / "other.db", {secret_key::random()}).value();
  const auto found = log.search({"den", {"tea"}, {}, {}, {}});
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().message.find("has no such key") != std::string::npos);
}
