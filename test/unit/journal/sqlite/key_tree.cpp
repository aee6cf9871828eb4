#include "journal/sqlite/key_tree.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

std::size_t bytes_of(const key_tree& tree) {
  std::string bytes;
  tree.append_to(bytes);
  return bytes.size();
}

} // namespace

TEST_CASE("each place of a tree of keys has a key of its own, that of another tree another one") {
  const key_tree tree = key_tree::random(10);
  std::set<tree_key> keys;
  for (std::uint64_t place = 0; place < 1'024; ++place)
    keys.insert(tree.leaf(place).value());
  CHECK(keys.size() == 1'024);
  CHECK_FALSE(tree.leaf(1'024));
  CHECK_FALSE(keys.contains(key_tree::random(10).leaf(0).value()));
}

TEST_CASE("one who walks from place to place finds the same keys as one who begins anew") {
  std::mt19937_64 random(7);
  for (const int height : {0, 1, 3, 4, 5, 9, 10, 11, 40, 48, 63}) {
    INFO("height " << height);
    key_tree tree = key_tree::random(height);
    const std::uint64_t last = (std::uint64_t{1} << height) - 1;
    const auto any = [&] { return std::uniform_int_distribution<std::uint64_t>(0, last)(random); };
    for (int i = 0; i < 5; ++i) {
      const std::uint64_t from = any();
      tree.destroy(from, std::min(last, from + any() % 50));
    }
    tree_walker walker(tree);
    for (int stretch = 0; stretch < 20; ++stretch) {
      std::uint64_t place = any();
      for (int i = 0; i < 100; ++i, place = std::min(last, place + 1 + random() % 2)) {
        const tree_key* const found = walker.key_of(place);
        const auto expected = tree.leaf(place);
        REQUIRE((found != nullptr) == expected.has_value());
        if (found) REQUIRE(*found == *expected);
      }
    }
  }
}

TEST_CASE("a place that was destroyed has no key any more, and every other one has that it had") {
  key_tree tree = key_tree::random(8);
  std::map<std::uint64_t, tree_key> before;
  for (std::uint64_t place = 0; place < 256; ++place)
    before[place] = tree.leaf(place).value();
  std::set<std::uint64_t> gone;
  const auto destroy = [&](std::uint64_t first, std::uint64_t last) {
    CHECK(tree.destroy(first, last));
    CHECK_FALSE(tree.destroy(first, last)); // nothing is left of it
    for (std::uint64_t place = first; place <= last; ++place)
      gone.insert(place);
    for (const auto& [place, key] : before) {
      INFO(place);
      const auto now = tree.leaf(place);
      CHECK(now.has_value() != gone.contains(place));
      if (now) CHECK(*now == key);
    }
  };
  destroy(100, 100);
  CHECK(tree.nodes().size() == 4 + 15); // the siblings along the path, and those of the leaf
  destroy(101, 101);
  CHECK(tree.nodes().size() == 4 + 14); // but the one that was kept for it
  destroy(0, 99);
  destroy(255, 255);
  destroy(90, 120);
  destroy(0, 255);
  CHECK(tree.nodes().empty());
}

TEST_CASE("what is left of a tree holds no key from above a place that was destroyed") {
  key_tree tree = key_tree::random(40);
  const key_tree whole = tree;
  constexpr std::uint64_t place = 0x12'3456'789A;
  tree.destroy(place, place);
  std::set<tree_key> path{whole.nodes().front().key};
  tree_key key = whole.nodes().front().key;
  for (int height = 40; height-- > leaf_height;) {
    key = expand(key).of[place >> height & 1];
    path.insert(key);
  }
  leaf_keys leaves;
  expand(key, leaves);
  path.insert(leaves[place % leaves.size()]);
  CHECK(leaves[place % leaves.size()] == whole.leaf(place));
  CHECK(tree.nodes().size() == 36 + 15);
  for (const key_tree::node& n : tree.nodes()) {
    CHECK_FALSE(path.contains(n.key));
    CHECK((n.last() < place || n.first > place));
  }
}

TEST_CASE("a place that is destroyed takes 2 kilobytes, one beside it none more") {
  key_tree tree = key_tree::random(40);
  const std::size_t whole = bytes_of(tree);
  tree.destroy(1'000'000, 1'000'000);
  const std::size_t one = bytes_of(tree) - whole;
  CHECK(one < 2'000);
  tree.destroy(1'000'001, 1'000'001);
  CHECK(bytes_of(tree) - whole < one);
  for (std::uint64_t place = 1; place < 10'000; place += 100)
    tree.destroy(place, place);
  CHECK(bytes_of(tree) < whole + 2 * one + 100 * 800); // those of a room share what is above them
}

TEST_CASE("a tree of keys comes back from its bytes, and other bytes are none") {
  key_tree tree = key_tree::random(40);
  tree.destroy(17, 17);
  tree.destroy(1'000, 2'000);
  std::string bytes;
  tree.append_to(bytes);
  const std::string more = bytes + "more";
  std::string_view rest = more;
  const auto back = key_tree::take_from(rest);
  REQUIRE(back);
  CHECK(rest == "more");
  CHECK_FALSE(back->leaf(17));
  CHECK(back->leaf(18) == tree.leaf(18));
  CHECK(back->leaf(2'001) == tree.leaf(2'001));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    rest = std::string_view(bytes).substr(0, n);
    CHECK_FALSE(key_tree::take_from(rest));
  }
  std::mt19937 random(4);
  for (int i = 0; i < 5'000; ++i) { // whatever is in them, reading them does no harm
    std::string other = bytes;
    other[random() % other.size()] = static_cast<char>(random());
    rest = other;
    if (const auto read = key_tree::take_from(rest)) static_cast<void>(read->leaf(random()));
  }
}
