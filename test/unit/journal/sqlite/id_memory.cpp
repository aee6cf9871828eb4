#include "journal/sqlite/id_memory.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using namespace std::chrono_literals;

namespace {

/// @param author in front, as in a keyed hash
id_hash hash_by(std::uint8_t author, std::uint8_t what) {
  id_hash h{};
  h[0] = author;
  h[15] = what;
  return h;
}

hashed_id counter_id(std::uint8_t author, std::uint8_t number) {
  return {hash_by(author, static_cast<std::uint8_t>(number / 64)),
          static_cast<std::uint8_t>(number % 64)};
}

hashed_id text_id(std::uint8_t author, std::uint8_t what) {
  return {hash_by(author, static_cast<std::uint8_t>(128 + what))};
}

constexpr steady_time first_noted{};
constexpr wall_time when_said{};

std::uint64_t known_offset(const id_memory& m, const hashed_id& id) {
  const auto found = m.find(id);
  return found ? found->offset : 0;
}

} // namespace

TEST_CASE("an id is a counter only as a counter is written") {
  for (const auto& [id, name, number] :
       std::vector<std::tuple<std::string, std::string, std::uint64_t>>{
           {"phone-7", "phone-", 7},
           {"7", "", 7},
           {"0", "", 0},
           {"a-b-0", "a-b-", 0},
           {"-1", "-", 1},
           {"p-999999999999999999", "p-", 999'999'999'999'999'999}}) {
    INFO(id);
    const auto c = as_counted(id);
    REQUIRE(c);
    CHECK(c->name == name);
    CHECK(c->number == number);
  }
  for (const char* id : {"", "07", "phone", "phone-", "phone-07", "phone--", "phone-7x", "phone-+7",
                         "phone- 7", "p-1000000000000000000"}) {
    INFO(id);
    CHECK_FALSE(as_counted(id));
  }
  CHECK(block_name("a-1", 2) != block_name("a-", 12));
}

TEST_CASE("a list of ids reads as it was written, and is never taken for an old one") {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::map<int, hashed_id> expected;
    id_list list;
    std::uint8_t next = static_cast<std::uint8_t>(random() % 200);
    for (int place = 0; place < 256; ++place) {
      if (random() % 8 == 0) next = static_cast<std::uint8_t>(random() % 200);
      const auto author = static_cast<std::uint8_t>(random() % 20 == 0);
      const auto kind = random() % 8;
      if (kind == 0) continue; // has no id
      const hashed_id id = kind == 1 ? text_id(author, next % 100) : counter_id(author, next);
      next = next == 255 ? 0 : static_cast<std::uint8_t>(next + 1);
      list.add(static_cast<std::uint8_t>(place), id);
      expected.emplace(place, id);
      if (random() % 64 == 0) break;
    }
    const std::string bytes = list.take();
    CHECK(bytes.empty() == expected.empty());
    if (bytes.empty()) continue;
    CHECK_FALSE(id_list::is_old(bytes));
    std::map<int, hashed_id> read;
    const bool is_known_form = id_list::read(bytes, [&](id_run run) {
      for (int n = 0; n < run.count; ++n) {
        read.emplace(run.place + n, run.first);
        ++run.first.index;
      }
    });
    CHECK(is_known_form);
    REQUIRE(read.size() == expected.size());
    for (const auto& [place, id] : expected) {
      CHECK(read.at(place).hash == id.hash);
      CHECK(read.at(place).index == id.index);
    }
    CHECK(list.take().empty());
  }
}

TEST_CASE("counters that follow each other take 19 bytes together") {
  id_list list;
  for (std::uint8_t n = 0; n < 100; ++n)
    list.add(n, counter_id(1, n));
  CHECK(list.take().size() == 1 + 2 * 19); // of two blocks
}

TEST_CASE("a list from before counters were is read, and a damaged one does no harm") {
  std::string old;
  for (const char place : {'\3', '\7'})
    old += place + std::string(15, 'x') + place;
  std::vector<id_run> read;
  CHECK(id_list::read(old, [&](const id_run& run) { read.push_back(run); }));
  REQUIRE(read.size() == 2);
  CHECK(read[1].place == 7);
  CHECK(read[1].count == 1);
  CHECK_FALSE(read[1].first.is_counted());
  CHECK(read[1].first.hash[15] == 7);

  id_list list;
  for (std::uint8_t n = 0; n < 70; ++n)
    list.add(n, counter_id(1, n));
  const std::string whole = list.take();
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole.substr(0, random() % (whole.size() + 1));
    for (auto n = random() % 4; n > 0 && !bytes.empty(); --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    id_list::read(bytes, [&](const id_run& run) {
      REQUIRE(run.count > 0);
      if (run.first.is_counted()) REQUIRE(run.first.index + run.count <= 64);
    });
  }
}

TEST_CASE("a list of a later version is not taken for an empty one") {
  id_list list;
  list.add(0, counter_id(1, 7));
  std::string bytes = list.take();
  bytes[0] = 2;
  CHECK_FALSE(id_list::read(bytes, [](const id_run&) { FAIL("nobody knows what is in it"); }));
}

TEST_CASE("counters are known each with its own entry, in whatever order they came") {
  id_memory ids(24h, 1'000);
  for (const std::uint8_t n : std::vector<std::uint8_t>{5, 6, 7, 3, 200, 4, 63, 64})
    ids.add(counter_id(1, n), {100u + n, when_said}, first_noted);
  ids.add(text_id(1, 5), {9, when_said}, first_noted);
  CHECK(ids.size() == 9);
  for (const std::uint8_t n : std::vector<std::uint8_t>{3, 4, 5, 6, 7, 63, 64, 200})
    CHECK(known_offset(ids, counter_id(1, n)) == 100u + n);
  CHECK(known_offset(ids, text_id(1, 5)) == 9);
  CHECK_FALSE(ids.find(counter_id(1, 8)));
  CHECK_FALSE(ids.find(counter_id(1, 2)));
  CHECK_FALSE(ids.find(counter_id(2, 5)));
  ids.add(counter_id(1, 6), {999, when_said}, first_noted); // again: the first one counts
  CHECK(known_offset(ids, counter_id(1, 6)) == 106);
  CHECK(ids.size() == 9);
}

TEST_CASE("each counter is forgotten when its own window is over") {
  id_memory ids(24h, 1'000);
  for (std::uint8_t n = 0; n < 10; ++n)
    ids.add(counter_id(1, n), {1u + n, when_said}, first_noted + n / 5 * 1h);
  ids.forget(first_noted + 24h);
  CHECK(ids.size() == 5);
  for (std::uint8_t n = 0; n < 10; ++n)
    CHECK(known_offset(ids, counter_id(1, n)) == (n < 5 ? 0u : 1u + n));
  ids.forget(first_noted + 25h);
  CHECK(ids.size() == 0);
}

TEST_CASE("a commit that failed takes back its counters, and no others") {
  id_memory ids(24h, 1'000);
  for (std::uint8_t n = 0; n < 3; ++n)
    ids.add(counter_id(1, n), {1u + n, when_said}, first_noted);
  ids.add(text_id(1, 1), {4, when_said}, first_noted);
  for (std::uint8_t n = 3; n < 6; ++n)
    ids.add(counter_id(1, n), {2u + n, when_said}, first_noted);
  ids.take_back(4);
  CHECK(ids.size() == 3);
  CHECK_FALSE(ids.find(text_id(1, 1)));
  for (std::uint8_t n = 0; n < 6; ++n)
    CHECK(ids.find(counter_id(1, n)).has_value() == (n < 3));
}

TEST_CASE("of counters that are too many the newest are known, one by one") {
  id_memory ids(24h, 10);
  for (std::uint8_t n = 0; n < 25; ++n) {
    ids.add(counter_id(1, n), {1u + n, when_said}, first_noted);
    ids.forget(first_noted);
  }
  CHECK(ids.size() == 10);
  CHECK(known_offset(ids, counter_id(1, 14)) == 0);
  CHECK(known_offset(ids, counter_id(1, 15)) == 16);
  CHECK(known_offset(ids, counter_id(1, 24)) == 25);
}

TEST_CASE("who sends many counters does not push out those of one who sends few") {
  id_memory ids(24h, 100);
  for (std::uint8_t n = 0; n < 20; ++n)
    ids.add(counter_id(1, n), {1u + n, when_said}, first_noted);
  for (int n = 0; n < 5'000; ++n) {
    ids.add(
        {hash_by(2, static_cast<std::uint8_t>(n / 64 % 100)), static_cast<std::uint8_t>(n % 64)},
        {100u + static_cast<std::uint64_t>(n), when_said}, first_noted);
    ids.forget(first_noted);
  }
  CHECK(ids.size() == 100);
  for (std::uint8_t n = 0; n < 20; ++n)
    CHECK(known_offset(ids, counter_id(1, n)) == 1u + n);
}

TEST_CASE("a counter is forgotten out of the middle of those around it") {
  id_memory ids(24h, 20);
  std::uint8_t of_others = 0;
  const auto others = [&](int count) {
    for (; count > 0; --count, ++of_others)
      ids.add(text_id(2, of_others), {1u + of_others, when_said}, first_noted);
  };
  for (std::uint8_t n = 0; n < 3; ++n) { // of entries that follow each other in their room
    ids.add(counter_id(1, n), {1u + n, when_said}, first_noted);
    others(4);
  }
  others(6);
  ids.forget(first_noted); // the first is spared: its author has sent little until now
  CHECK(known_offset(ids, counter_id(1, 0)) == 1);
  for (std::uint8_t n = 64; known_offset(ids, counter_id(1, 1)) != 0 && n < 128; ++n) {
    ids.add(counter_id(1, n), {1u + n, when_said}, first_noted);
    ids.forget(first_noted);
  }
  CHECK(known_offset(ids, counter_id(1, 0)) == 1);
  CHECK_FALSE(ids.find(counter_id(1, 1)));
  CHECK(known_offset(ids, counter_id(1, 2)) == 3);
}

TEST_CASE("memory of ids is what a plain list of them would be, whatever comes and goes") {
  // Found anew each time, by going through all.
  struct plain {
    hashed_id id;
    std::uint64_t offset;
    steady_time noted;
  };
  std::mt19937 random(3);
  id_memory ids(1h, 100'000);
  std::vector<plain> all;
  steady_time now = first_noted;
  std::uint64_t offset = 0;
  for (int round = 0; round < 3'000; ++round) {
    now += std::chrono::seconds(random() % 300);
    ids.forget(now);
    std::erase_if(all, [&](const plain& p) { return p.noted + 1h <= now; });
    std::size_t added = 0;
    for (auto left = random() % 20; left > 0; --left) {
      const auto author = static_cast<std::uint8_t>(random() % 3);
      const auto what = static_cast<std::uint8_t>(static_cast<unsigned>(round) / 8 + random() % 12);
      const hashed_id id =
          random() % 5 == 0 ? text_id(author, what % 100) : counter_id(author, what);
      const auto known = std::ranges::find_if(
          all, [&](const plain& p) { return p.id.hash == id.hash && p.id.index == id.index; });
      const auto found = ids.find(id);
      REQUIRE(found.has_value() == (known != all.end()));
      if (found) {
        REQUIRE(found->offset == known->offset);
        continue;
      }
      ids.add(id, {++offset, when_said}, now);
      all.push_back({id, offset, now});
      ++added;
    }
    if (random() % 10 == 0) { // the commit has failed
      ids.take_back(added);
      all.erase(all.end() - static_cast<std::ptrdiff_t>(added), all.end());
      offset -= added;
    }
    REQUIRE(ids.size() == all.size());
  }
}
