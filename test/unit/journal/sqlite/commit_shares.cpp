#include "journal/sqlite/commit_shares.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

using places = std::vector<std::size_t>;

identity author(std::uint8_t n) {
  identity i{};
  i[0] = n;
  return i;
}

operation said(std::uint8_t by, const std::string& room, std::size_t bytes) {
  append_operation a;
  a.draft.what.room = room;
  a.draft.what.text = std::string(bytes, 'x');
  a.draft.author = author(by);
  return {std::move(a)};
}

constexpr std::size_t half = commit_shares::of_author / 2 - commit_shares::cost_of_entry;
constexpr std::size_t whole = commit_shares::of_author - commit_shares::cost_of_entry;

} // namespace

TEST_CASE("a commit carries all that waits, if it is little") {
  commit_shares shares;
  std::vector<operation> all;
  for (std::uint8_t n = 0; n < 200; ++n)
    all.push_back(said(n, "den", 100));
  CHECK(shares.left_for_later(all).empty());
}

TEST_CASE("what is more than an author's share waits, and others' words do not") {
  commit_shares shares;
  std::vector<operation> all;
  for (int i = 0; i < 4; ++i)
    all.push_back(said(1, "flood", half));
  all.push_back(said(2, "den", 10));
  CHECK(shares.left_for_later(all) == places{2, 3});
}

TEST_CASE("one entry is carried, however long it is") {
  commit_shares shares;
  std::vector<operation> all;
  all.push_back(said(1, "flood", 3 * whole));
  all.push_back(said(1, "flood", 1));
  CHECK(shares.left_for_later(all) == places{1});
}

TEST_CASE("the calls about a room keep their order behind one that waits") {
  commit_shares shares;
  std::vector<operation> all;
  all.push_back(said(1, "flood", whole));
  all.push_back(said(1, "flood", 10));
  all.push_back(said(2, "flood", 10));           // behind it in the room
  all.push_back({close_operation{"flood"}});     // likewise
  all.push_back({open_operation{"den"}});        // about another room
  all.push_back({release_operation{author(3)}}); // about none
  CHECK(shares.left_for_later(all) == places{1, 2, 3});
}

TEST_CASE("behind a destruction the calls about its room wait, since it is answered last") {
  commit_shares shares;
  std::vector<operation> all;
  all.push_back(said(1, "den", 10));
  all.push_back({destroy_operation{"den", {1}}});
  all.push_back(said(1, "den", 10));
  all.push_back(said(1, "other", 10));
  CHECK(shares.left_for_later(all) == places{2});
}

TEST_CASE("many who say much share a commit: all of them get something into the next ones") {
  commit_shares shares;
  std::vector<operation> all;
  for (std::uint8_t n = 1; n <= 100; ++n)
    for (int i = 0; i < 20; ++i)
      all.push_back(said(n, "room " + std::to_string(n), 4000));
  std::vector<bool> heard(101);
  int commits = 0;
  for (; commits < 100 && !all.empty(); ++commits) {
    const places left = shares.left_for_later(all);
    REQUIRE(left.size() < all.size());
    std::size_t bytes = 0;
    std::size_t next = 0;
    std::vector<operation> later;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& a = std::get<append_operation>(all[i].what);
      if (next < left.size() && left[next] == i) {
        ++next;
        later.push_back(std::move(all[i]));
      } else {
        bytes += a.draft.what.text.size();
        heard[a.draft.author[0]] = true;
      }
    }
    CHECK(bytes <= 2 * commit_shares::of_commit + 5000);
    all = std::move(later);
    if (commits == 2)
      for (std::uint8_t n = 1; n <= 100; ++n)
        CHECK(heard[n]);
  }
  CHECK(all.empty());
}
