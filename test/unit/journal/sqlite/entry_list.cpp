#include "journal/sqlite/entry_list.hpp"

#include "support/catch.hpp"
#include "unit/journal/sqlite/samples.hpp"

#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;

TEST_CASE("entries of a record come back, but for what the header tells") {
  const auto entries = test::sample_entries();
  const auto back = decode_entries(encode_entries(entries, test::noon), test::noon);
  REQUIRE(back);
  REQUIRE(back->size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entry expected = entries[i].what;
    expected.room.clear();
    expected.id.clear();
    expected.at = {};
    CHECK((*back)[i].what == expected);
    CHECK((*back)[i].author == entries[i].author);
  }
}

TEST_CASE("an author is kept once in a record") {
  std::vector<journal::record> one(1), many(50);
  for (auto* list : {&one, &many}) {
    for (journal::record& r : *list) {
      r.what.from = "somebody-with-a-long-name";
      r.what.text = "ok";
    }
  }
  const std::size_t first = encode_entries(one, {}).size();
  CHECK(encode_entries(many, {}).size() == first + 49 * (4 + 2));
}

TEST_CASE("a list of entries that is cut, or goes on, is none") {
  const std::string bytes = encode_entries(test::sample_entries(), test::noon);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_FALSE(decode_entries(std::string_view(bytes).substr(0, n), test::noon));
  CHECK_FALSE(decode_entries(bytes + '\0', test::noon));
}

TEST_CASE("a list of entries with impossible numbers is none") {
  using namespace std::string_literals;
  const std::string huge = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"; // 2^64-1
  const std::string author = "\x00"s + std::string(16, 'i') + "\x01n"s;
  CHECK(decode_entries("\x01\x01\x00\x00"s + author + "\x01t"s, {}));
  CHECK_FALSE(decode_entries("\x02\x01\x00\x00"s + author + "\x01t"s, {}));          // version
  CHECK_FALSE(decode_entries("\x01\x00"s, {}));                                      // no entry
  CHECK_FALSE(decode_entries("\x01"s + huge + "\x00\x00"s + author + "\x01t"s, {})); // count
  CHECK_FALSE(decode_entries("\x01\x01\x00\x03"s + author + "\x01t"s, {}));          // kind
  CHECK_FALSE(decode_entries("\x01\x01\x00\x00\x01"s + author.substr(1) + "\x01t"s, {})); // author
  CHECK_FALSE(decode_entries("\x01\x01\x00\x00"s + author + huge + "t"s, {}));            // length
  const std::string too_long = std::string(9, '\xff') + "\x02"; // more than 64 bits
  CHECK_FALSE(decode_entries("\x01\x01"s + too_long + "\x00"s + author + "\x01t"s, {}));
}

TEST_CASE("whatever bytes are taken for a list of entries, reading them does no harm") {
  std::mt19937 random(4);
  const std::string whole = encode_entries(test::sample_entries(), test::noon);
  const auto any = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole;
    for (std::size_t n = any(4) + 1; n > 0; --n)
      bytes[any(bytes.size() - 1)] = static_cast<char>(any(255));
    const auto list = decode_entries(bytes, test::noon);
    if (list) CHECK(list->size() < bytes.size());
  }
}
