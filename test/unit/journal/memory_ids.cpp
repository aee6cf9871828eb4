#include "journal/memory_ids.hpp"
#include "support/catch.hpp"

#include <map>
#include <random>
#include <string>
#include <utility>

using namespace asio_chat;

namespace {

const identity alice{1};
const identity bob{2};

std::optional<std::uint64_t> find(const memory_ids& in, const identity& author,
                                  const std::string& id) {
  return in.find({author, id});
}

void add(memory_ids& to, const identity& author, const std::string& id, std::uint64_t offset) {
  to.add({author, id}, offset);
}

} // namespace

TEST_CASE("each id is found by its author, whatever others have") {
  memory_ids ids;
  add(ids, alice, "phone-7", 1);
  add(ids, bob, "phone-7", 2);
  add(ids, alice, "7", 3);
  add(ids, alice, "phone-", 4);
  add(ids, alice, "phone-07", 5);
  add(ids, alice, "", 6);
  CHECK(find(ids, alice, "phone-7") == 1u);
  CHECK(find(ids, bob, "phone-7") == 2u);
  CHECK(find(ids, alice, "7") == 3u);
  CHECK(find(ids, alice, "phone-") == 4u);
  CHECK(find(ids, alice, "phone-07") == 5u);
  CHECK_FALSE(find(ids, alice, ""));
  CHECK_FALSE(find(ids, bob, "7"));
  CHECK_FALSE(find(ids, alice, "phone-8"));
  CHECK_FALSE(find(ids, alice, "phone-71"));
}

TEST_CASE("counters that follow each other take next to no memory, others are counted") {
  memory_ids ids;
  for (std::uint64_t n = 1; n <= 6'400; ++n)
    add(ids, alice, "phone-" + std::to_string(n), n);
  CHECK(ids.bytes() < 101 * 200);
  const std::size_t before = ids.bytes();
  for (std::uint64_t n = 1; n <= 100; ++n)
    add(ids, alice, "order " + std::to_string(n), 6'400 + n);
  CHECK(ids.bytes() > before + 100 * 150);
}

TEST_CASE("ids are what a plain table would have, in whatever order they come and go") {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    memory_ids ids;
    std::map<std::pair<identity, std::string>, std::uint64_t> plain;
    std::map<std::uint64_t, std::pair<identity, std::string>> kept;
    std::uint64_t first = 1;
    std::uint64_t next = random() % 200;
    for (std::uint64_t offset = 1; offset <= 2'000; ++offset) {
      if (random() % 16 == 0) next = random() % 200;
      const identity& author = random() % 8 == 0 ? bob : alice;
      std::string id = random() % 10 == 0 ? "" : "p-" + std::to_string(next++);
      if (random() % 10 == 0 && !id.empty()) id += 'x';
      const std::pair key(author, id);
      const auto known = plain.find(key);
      REQUIRE(find(ids, author, id) ==
              (known == plain.end() ? std::nullopt : std::optional(known->second)));
      if (known == plain.end()) {
        add(ids, author, id, offset);
        if (!id.empty()) {
          plain.emplace(key, offset);
          kept.emplace(offset, key);
        }
      }
      for (auto n = random() % 3; n > 0 && first < offset; --n, ++first) {
        ids.forget(first);
        if (const auto gone = kept.find(first); gone != kept.end()) {
          plain.erase(gone->second);
          kept.erase(gone);
        }
      }
    }
    for (; first <= 2'000; ++first)
      ids.forget(first);
    CHECK(ids.bytes() == 0);
  }
}

TEST_CASE("ids are destroyed part by part") {
  memory_ids ids;
  for (std::uint64_t n = 1; n <= 100; ++n)
    add(ids, alice, "order " + std::to_string(n), n);
  ids.destroy(60);
  CHECK(ids.bytes() > 0);
  ids.destroy(60);
  CHECK(ids.bytes() == 0);
}
