#include "journal/sqlite/search_index.hpp"

#include "journal/tokenizer.hpp"
#include "support/catch.hpp"
#include "unit/journal/sqlite/indexed_rooms.hpp"

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::indexed_rooms;

namespace {

std::vector<std::uint64_t> offsets(const journal::hits& found) {
  std::vector<std::uint64_t> all;
  for (const entry& e : found.entries)
    all.push_back(e.at.offset);
  return all;
}

using offset_list = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("words and authors are found in memory and in the file, and across both") {
  indexed_rooms r;
  r.say("den", "alice", "green tea");
  r.say("den", "bob", "Tea, black");
  r.say("nook", "alice", "green tea");
  for (int times = 0; times < 2; ++times) {
    CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == offset_list{1, 2});
    CHECK(offsets(r.search({"den", {"green", "tea"}, {}, {}, {}})) == offset_list{1});
    CHECK(offsets(r.search({"den", {"green", "black"}, {}, {}, {}})).empty());
    CHECK(offsets(r.search({"den", {}, "BOB", {}, {}})) == offset_list{2});
    CHECK(offsets(r.search({"den", {"alice"}, {}, {}, {}})).empty()); // a name is no word
    CHECK(offsets(r.search({"den", {}, {}, {}, {}})) == offset_list{1, 2});
    r.write();
  }
  r.say("den", "carol", "tea for me");
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == offset_list{1, 2, 3});
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}, 2})) == offset_list{2, 3});
  CHECK(r.search({"den", {"tea"}, {}, {}, {}, 2}).more);
  CHECK_FALSE(r.search({"den", {"tea"}, {}, {}, {}, 3}).more);
}

TEST_CASE("only entries that have all words are looked at") {
  indexed_rooms r;
  for (int i = 0; i < 200; ++i)
    r.say("den", "alice", i % 2 ? "odd number" : "even number");
  r.write();
  for (int i = 0; i < 20; ++i)
    r.say("den", "alice", i % 2 ? "odd number" : "even number");
  r.looked_at = 0;
  CHECK(r.search({"den", {"odd", "even"}, {}, {}, {}}).entries.empty());
  CHECK(r.looked_at == 0);
  CHECK(r.search({"den", {"odd"}, {}, {}, {}, 5}).more);
  CHECK(r.looked_at == 6);
}

TEST_CASE("what was written before its transaction failed is still found, once") {
  indexed_rooms r;
  r.say("den", "alice", "tea");
  r.write_and_fail();
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == offset_list{1});
  r.write();
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == offset_list{1});
}

TEST_CASE("a search that began while the index was being written sees everything once") {
  indexed_rooms r;
  for (int i = 0; i < 5; ++i)
    r.say("den", "alice", "tea");
  auto candidates = r.find({"den", {"tea"}, {}, {}, {}});
  r.write(); // the first step in the file comes after this
  offset_list all;
  while (const auto offset = candidates.next())
    all.push_back(*offset);
  CHECK(all == offset_list{5, 4, 3, 2, 1});
}

TEST_CASE("the index is full after so many entries, or so many words") {
  indexed_rooms by_entries({.entries = 3});
  by_entries.say("den", "alice", "a");
  by_entries.say("nook", "alice", "b");
  CHECK_FALSE(by_entries.index->full());
  by_entries.say("den", "alice", "");
  CHECK(by_entries.index->full());
  by_entries.write();
  CHECK_FALSE(by_entries.index->full());

  indexed_rooms by_words({.postings = 5});
  by_words.say("den", "alice", "a b c");
  CHECK_FALSE(by_words.index->full());
  by_words.say("den", "alice", "");
  CHECK(by_words.index->full());
}

TEST_CASE("neither words nor names are in the file, nor plain hashes of them") {
  indexed_rooms r, other;
  for (indexed_rooms* each : {&r, &other}) {
    each->say("den", "alicealice", "marmalade");
    each->write();
    CHECK(each->file_bytes().find("marmalade") == std::string::npos);
    CHECK(each->file_bytes().find("alicealice") == std::string::npos);
  }
  const auto row = [](indexed_rooms& rooms) {
    return rooms.db.execAndGet("SELECT postings FROM search_rows").getString();
  };
  CHECK(row(r) != row(other)); // another key
}

TEST_CASE("retention takes runs out of the file once all their entries are gone") {
  indexed_rooms r;
  for (int run = 0; run < 4; ++run) {
    for (int i = 0; i < 10; ++i)
      r.say("den", "alice", "tea");
    r.say("nook", "alice", "tea");
    r.write();
  }
  const auto rows = [&] {
    return r.db.execAndGet("SELECT count(*) FROM search_rows").getInt() * 100 +
           r.db.execAndGet("SELECT count(*) FROM search_runs").getInt();
  };
  CHECK(rows() == 808);
  r.trim("den", 20);
  CHECK(rows() == 707); // 11 to 20 has one that is kept
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})).front() == 20);
  r.trim("den", 41);
  CHECK(rows() == 404);
  CHECK(r.search({"den", {"tea"}, {}, {}, {}}).entries.empty());
  CHECK(offsets(r.search({"nook", {"tea"}, {}, {}, {}})) == offset_list{1, 2, 3, 4});
}

TEST_CASE("a room that begins anew has nothing of what it was in its index") {
  indexed_rooms r;
  r.say("den", "alice", "old tea");
  r.write();
  r.say("den", "alice", "old tea");
  r.begin_anew("den");
  r.say("den", "alice", "new tea");
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == offset_list{1});
  CHECK(r.search({"den", {"old"}, {}, {}, {}}).entries.empty());
  r.reopen();
  CHECK(r.search({"den", {"tea"}, {}, {}, {}}).entries.size() == 1);
}

TEST_CASE("entries under a destroyed key are not found, the others are") {
  indexed_rooms r;
  r.say("den", "alice", "tea one");
  r.renew_key("den");
  r.say("den", "alice", "tea two");
  r.write();
  r.say("den", "alice", "tea three");
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == offset_list{1, 2, 3});
  r.destroy_key("den", 1);
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == offset_list{2, 3});
  r.destroy_key("den", 2);
  CHECK(r.search({"den", {"tea"}, {}, {}, {}}).entries.empty());
}

TEST_CASE("where the index is damaged, entries are read instead") {
  indexed_rooms r;
  for (int i = 0; i < 50; ++i)
    r.say("den", "alice", i % 10 ? "coffee" : "tea");
  r.write();
  const offset_list all{1, 11, 21, 31, 41};
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == all);
  SECTION("a row is no row") {
    r.db.exec("UPDATE search_rows SET postings=x'ffffffffffffffffffffffff'");
  }
  SECTION("a row is missing") {
    r.db.exec("DELETE FROM search_rows");
  }
  SECTION("a run is impossible") {
    r.db.exec("UPDATE search_runs SET last=9223372036854775807, first=0, row=-1, rows=4294967295");
  }
  CHECK(offsets(r.search({"den", {"tea"}, {}, {}, {}})) == all);
}

TEST_CASE("search by the index finds what a reading of all entries finds") {
  const auto seed = GENERATE(range(1u, 13u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto any = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  static const std::vector<std::string> vocabulary{
      "tea",  "TEA",        "Grün", "grün", "at",   "5",   "of", "the", "the", "the",
      "café", "cafe\u0301", "語",   "日本", "οδος", "odd", "x1", "-",   "\n",  "don't"};
  static const std::vector<std::string> names{"alice", "Alice", "bob", "tea", "eve"};
  static const std::vector<std::string> rooms{"den", "nook", "hall"};
  const auto text = [&](std::size_t most) {
    std::string t;
    for (std::size_t n = any(most); n > 0; --n)
      t += vocabulary[any(vocabulary.size() - 1)] + ' ';
    return t;
  };

  indexed_rooms r({.entries = 1 + any(40), .postings = 1 + any(400)});
  for (int step = 0; step < 1'500; ++step) {
    const std::string& room = rooms[any(rooms.size() - 1)];
    switch (any(29)) {
    case 0:
      r.reopen();
      break;
    case 1:
      r.renew_key(room);
      break;
    case 2:
      r.trim(room, r.first(room) + any(r.count(room) / 2));
      break;
    case 3:
      r.write_and_fail();
      break;
    case 4:
      any(3) == 0 ? r.begin_anew(room) : r.write();
      break;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10: {
      search_query q{room, words_in(text(3)), {}, {}, {}, 1 + any(10)};
      if (any(2) == 0) q.from = names[any(names.size() - 1)];
      if (any(3) == 0) q.since = r.time(any(1'500));
      if (any(3) == 0) q.until = r.time(any(1'500));
      const journal::hits expected = r.read_all(q);
      const journal::hits found = r.search(q);
      CHECK(found.entries == expected.entries);
      CHECK(found.more == expected.more);
      break;
    }
    default:
      r.say(room, names[any(names.size() - 1)], text(12));
      break;
    }
  }
}
