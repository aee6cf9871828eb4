#include "journal/sqlite/record.hpp"

#include "support/catch.hpp"
#include "unit/journal/sqlite/samples.hpp"

#include <random>
#include <utility>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

struct sample {
  secret_key root = secret_key::random();
  room_key key{root.bytes()};
  std::vector<journal::record> entries = test::sample_entries();
  record_header header{{5, 6}, 7, 3, 41, 45, test::noon};
  chain_value before{9, 9};
  std::string sealed = seal(key, header, before, pointers_to(entries));

  bool opens(const record_header& h) const {
    return open(key, h, before, sealed, "den").has_value();
  }
};

/// Headers that differ from the given one in one field each.
std::vector<record_header> others(const record_header& h) {
  std::vector<record_header> all(6, h);
  all[0].room[15] ^= 1;
  all[1].epoch ^= std::uint64_t{1} << 63;
  all[2].key += 1;
  ++all[3].first, ++all[3].last; // as many entries
  ++all[4].last;
  all[5].time += std::chrono::milliseconds(1);
  return all;
}

} // namespace

TEST_CASE("a sealed record opens at its place") {
  const sample s;
  const auto opened = open(s.key, s.header, s.before, s.sealed, "den");
  REQUIRE(opened.has_value());
  REQUIRE(opened->size() == s.entries.size());
  for (std::size_t i = 0; i < s.entries.size(); ++i) {
    entry expected = s.entries[i].what;
    expected.id.clear();
    CHECK((*opened)[i].what == expected);
    CHECK((*opened)[i].author == s.entries[i].author);
  }
}

TEST_CASE("nothing of a record can be read in its sealed bytes") {
  const sample s;
  for (const std::string_view part : {"alice", "hello, world", "xxxxxxxx", "waves"})
    CHECK(s.sealed.find(part) == std::string::npos);
  CHECK(seal(s.key, s.header, s.before, pointers_to(s.entries)) != s.sealed); // another nonce
}

TEST_CASE("a record opens under its own header only") {
  const sample s;
  CHECK(s.opens(s.header));
  for (const record_header& other : others(s.header))
    CHECK_FALSE(s.opens(other));
}

TEST_CASE("a record that was moved behind another one does not open, and the failure says which") {
  const sample s;
  chain_value elsewhere = s.before;
  elsewhere[31] ^= 1;
  const auto opened = open(s.key, s.header, elsewhere, s.sealed, "den");
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == errc::storage_failed);
  CHECK(opened.error().message.find("entries 41 to 45 of #den") != std::string::npos);
}

TEST_CASE("a record opens with its own key only") {
  const sample s;
  const room_key other(secret_key::random().bytes());
  CHECK_FALSE(open(other, s.header, s.before, s.sealed, "den").has_value());
}

TEST_CASE("a record of which a bit was flipped, or the end is missing, does not open") {
  sample s;
  s.entries.resize(2);
  s.header.last = 42;
  s.sealed = seal(s.key, s.header, s.before, pointers_to(s.entries));
  REQUIRE(s.opens(s.header));
  const std::string whole = s.sealed;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    s.sealed = whole.substr(0, n);
    CHECK_FALSE(s.opens(s.header));
    s.sealed = whole;
    s.sealed[n] = static_cast<char>(s.sealed[n] ^ 0x10);
    CHECK_FALSE(s.opens(s.header));
  }
  s.sealed = whole + '\0';
  CHECK_FALSE(s.opens(s.header));
}

TEST_CASE("a record has as many entries as its header says, also if sealed by the right key") {
  sample s;
  for (const auto& [first, last] : {std::pair<std::uint64_t, std::uint64_t>{41, 44},
                                    {41, 46},
                                    {45, 41},
                                    {46, 41},
                                    {0, UINT64_MAX}}) {
    s.header.first = first;
    s.header.last = last;
    s.sealed = seal(s.key, s.header, s.before, pointers_to(s.entries));
    CHECK_FALSE(s.opens(s.header));
  }
}

TEST_CASE("the chain's next value depends on header, predecessor, bytes and key") {
  const sample s;
  const chain_value after = link(s.key, s.header, s.before, s.sealed);
  CHECK(link(s.key, s.header, s.before, s.sealed) == after);
  for (const record_header& other : others(s.header))
    CHECK(link(s.key, other, s.before, s.sealed) != after);
  chain_value elsewhere = s.before;
  elsewhere[0] ^= 1;
  CHECK(link(s.key, s.header, elsewhere, s.sealed) != after);
  CHECK(link(s.key, s.header, s.before, s.sealed.substr(1)) != after);
  CHECK(link(room_key(secret_key::random().bytes()), s.header, s.before, s.sealed) != after);
}

TEST_CASE("the keys of a room are of its own, one for each use") {
  const sample s;
  const room_key again(s.root.bytes());
  CHECK(std::ranges::equal(s.key.for_sealing(), again.for_sealing()));
  CHECK(s.key.hash_of_word("tea") == again.hash_of_word("tea"));
  CHECK_FALSE(std::ranges::equal(s.key.for_sealing(), s.key.for_chain()));
  CHECK_FALSE(std::ranges::equal(s.key.for_sealing(), s.root.bytes()));
  const room_key other(secret_key::random().bytes());
  CHECK(s.key.hash_of_word("tea") != other.hash_of_word("tea"));
  CHECK(s.key.hash_of_word("tea") != s.key.hash_of_word("teb"));
}

TEST_CASE("entries of a record come back, but for what the header tells") {
  const auto entries = test::sample_entries();
  const auto back = decode_entries(encode_entries(pointers_to(entries), test::noon), test::noon);
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

TEST_CASE(
    "what an entry refers to stands beside its kind, and one that refers to nothing is as it was") {
  using namespace std::string_literals;
  const std::string author = "\x00"s + std::string(16, '\0') + "\x01n"s;
  journal::record r;
  r.what.from = "n";
  r.what.text = "t";
  r.what.kind = entry_kind::action;
  CHECK(encode_entries(pointers_to({&r, 1}), {}) == "\x01\x01\x00\x01"s + author + "\x01t"s);
  r.what.refers = {entry_reference::kind::edit, 39};
  const std::string refers = encode_entries(pointers_to({&r, 1}), {}, {nullptr, {}, 41});
  CHECK(refers == "\x01\x01\x00\x05\x02"s + author + "\x01t"s);
  CHECK(decode_entries(refers, {}, {nullptr, {}, 41})->front().what.refers == r.what.refers);
  CHECK_FALSE(decode_entries("\x01\x01\x00\x1d\x02"s + author + "\x01t"s, {})); // of tomorrow
  CHECK_FALSE(decode_entries("\x01\x01\x00\x07\x02"s + author + "\x01t"s, {})); // no such kind
}

TEST_CASE("an author is kept once in a record") {
  std::vector<journal::record> one(1), many(50);
  for (auto* list : {&one, &many}) {
    for (journal::record& r : *list) {
      r.what.from = "somebody-with-a-long-name";
      r.what.text = "ok";
    }
  }
  const std::size_t first = encode_entries(pointers_to(one), {}).size();
  CHECK(encode_entries(pointers_to(many), {}).size() == first + 49 * (4 + 2));
}

TEST_CASE("a list of entries that is cut, or goes on, is none") {
  const std::string bytes = encode_entries(pointers_to(test::sample_entries()), test::noon);
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
  const std::string whole = encode_entries(pointers_to(test::sample_entries()), test::noon);
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
