#include "journal/sqlite/commit_queue.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

using numbers = std::vector<std::uint64_t>;

identity author(int n) {
  identity i{};
  i[0] = static_cast<std::uint8_t>(n);
  i[1] = static_cast<std::uint8_t>(n >> 8);
  return i;
}

operation said(int by, const std::string& room, std::size_t bytes) {
  append_operation a;
  a.draft.what.room = room;
  a.draft.what.text = std::string(bytes, 'x');
  a.draft.author = author(by);
  return {std::move(a)};
}

constexpr std::size_t half = commit_queue::of_author / 2 - commit_queue::cost_of_entry;
constexpr std::size_t whole = commit_queue::of_author - commit_queue::cost_of_entry;

numbers numbers_of(const call_group& g) {
  numbers all;
  for (const auto& c : g)
    all.push_back(c->number);
  return all;
}

struct queue_world {
  void add(operation o) {
    call_group g;
    g.push_back(std::make_unique<queued_call>(queued_call{{}, std::move(o), {}, next++}));
    queue.add(g);
  }
  /// The numbers of what the next commit carries.
  numbers carried(const std::multiset<std::string>& busy = {}) {
    return numbers_of(queue.take(busy));
  }

  commit_queue queue;
  std::uint64_t next = 0;
};

std::size_t bytes_of(const call_group& g) {
  std::size_t n = 0;
  for (const auto& c : g)
    n += std::get<append_operation>(c->what.what).draft.what.text.size();
  return n;
}

} // namespace

TEST_CASE("a commit carries all that waits in the order of the calls, if it is little") {
  queue_world w;
  for (int n = 0; n < 200; ++n)
    w.add(said(n, n % 2 ? "den" : "lobby", 100));
  const numbers all = w.carried();
  CHECK(all.size() == 200);
  CHECK(std::ranges::is_sorted(all));
  CHECK(w.queue.empty());
}

TEST_CASE("what is more than an author's share waits, and others' words do not") {
  queue_world w;
  for (int i = 0; i < 4; ++i)
    w.add(said(1, "flood", half));
  w.add(said(2, "den", 10));
  CHECK(w.carried() == numbers{0, 1, 4});
  CHECK(w.queue.waits("flood", 3));
  CHECK_FALSE(w.queue.waits("flood", 2)); // asked for before the first that waits
  CHECK_FALSE(w.queue.waits("den", 5));
  CHECK(w.carried() == numbers{2, 3});
  CHECK(w.queue.empty());
}

TEST_CASE("one entry is carried, however long it is") {
  queue_world w;
  w.add(said(1, "flood", 3 * whole));
  w.add(said(1, "flood", 1));
  CHECK(w.carried() == numbers{0});
}

TEST_CASE("an author's share is one in all rooms together") {
  queue_world w;
  for (int i = 0; i < 4; ++i)
    w.add(said(1, "room " + std::to_string(i), half));
  CHECK(w.carried() == numbers{0, 1});
  CHECK(w.carried() == numbers{2, 3});
}

TEST_CASE("the calls about a room keep their order behind one that waits") {
  queue_world w;
  w.add(said(1, "flood", whole));
  w.add(said(1, "flood", 10));
  w.add(said(2, "flood", 10));           // behind it in the room
  w.add({close_operation{"flood"}});     // likewise
  w.add({open_operation{"den"}});        // about another room
  w.add({release_operation{author(3)}}); // about none
  CHECK(w.carried() == numbers{0, 4, 5});
  CHECK(w.carried() == numbers{1, 2, 3});
}

TEST_CASE("behind a destruction the calls about its room wait, since it is answered last") {
  queue_world w;
  w.add(said(1, "den", 10));
  w.add({destroy_operation{"den", {1}}});
  w.add(said(1, "den", 10));
  w.add(said(1, "other", 10));
  CHECK(w.carried() == numbers{0, 1, 3});
  CHECK(w.carried({"den"}).empty());
  CHECK(w.carried() == numbers{2});
}

TEST_CASE("a room in which something is destroyed does not hold up the others") {
  queue_world w;
  w.add(said(1, "den", 10));
  w.add(said(1, "other", 10));
  CHECK(w.carried({"den"}) == numbers{1});
  CHECK(w.carried() == numbers{0});
}

TEST_CASE("many rooms that have much take turns, each with as much at once as an author may have") {
  queue_world w;
  constexpr int rooms = 100;
  constexpr int entries = 100;
  for (int i = 0; i < entries; ++i)
    for (int n = 0; n < rooms; ++n)
      w.add(said(n, "room " + std::to_string(n), 1000));
  std::map<std::string, int> commits_of;
  int commits = 0;
  for (; commits < 100 && !w.queue.empty(); ++commits) {
    const call_group g = w.queue.take();
    REQUIRE_FALSE(g.empty());
    CHECK(bytes_of(g) <= commit_queue::of_commit);
    std::map<std::string, int> in_this;
    for (const auto& c : g)
      ++in_this[std::get<append_operation>(c->what.what).draft.what.room];
    for (const auto& [room, n] : in_this)
      ++commits_of[room];
    if (commits == 3) CHECK(commits_of.size() == rooms); // each has been heard after four
  }
  CHECK(w.queue.empty());
  CHECK(commits <= 11); // full ones
  for (const auto& [room, n] : commits_of)
    CHECK(n <= 4); // 38 entries at a time, or what a commit had left
}

TEST_CASE("who says something in a quiet room does not wait for the turns of a hundred floods") {
  queue_world w;
  for (int n = 0; n < 100; ++n)
    for (int i = 0; i < 3; ++i)
      w.add(said(n, "room " + std::to_string(n), half));
  w.carried();
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t mine = w.next;
    w.add(said(500, "quiet", 100));
    CHECK(std::ranges::count(w.carried(), mine) == 1);
  }
}

TEST_CASE("however much is said in quiet rooms, floods get half of a commit") {
  queue_world w;
  for (int n = 0; n < 100; ++n)
    for (int i = 0; i < 40; ++i)
      w.add(said(n, "room " + std::to_string(n), half));
  w.carried();
  for (int commit = 0; commit < 5; ++commit) {
    for (int n = 0; n < 2000; ++n)
      w.add(said(1000 + n, "quiet " + std::to_string(commit) + "/" + std::to_string(n), 1000));
    std::size_t of_floods = 0;
    for (const std::uint64_t n : w.carried())
      of_floods += n < 4000 ? half : 0;
    CHECK(of_floods > commit_queue::of_commit * 4 / 10);
  }
}

TEST_CASE("at the end all that waits is there") {
  queue_world w;
  for (int i = 0; i < 4; ++i)
    w.add(said(1, "flood", half));
  w.carried();
  w.add(said(1, "den", half));
  numbers all = numbers_of(w.queue.take_all());
  std::ranges::sort(all);
  CHECK(all == numbers{2, 3, 4});
  CHECK(w.queue.empty());
}
