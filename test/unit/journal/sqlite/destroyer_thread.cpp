#include "journal/sqlite/destroyer_thread.hpp"

#include "support/catch.hpp"
#include "unit/journal/sqlite/key_ring_world.hpp"

#include <fmt/format.h>

#include <future>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using sqlite::test::ring_on_disk;

TEST_CASE("many destructions at once are one commit of the key ring") {
  const ring_on_disk disk;
  const auto ring = disk.open();
  ring->note_head().value(); // from then on each text has a key of its own
  const auto room = [&](int i) { return ring->tag_of(fmt::format("room{}", i)); };
  std::vector<std::uint32_t> numbers;
  for (int i = 0; i <= 8; ++i)
    numbers.push_back(ring->newest(room(i)).value());
  std::promise<void> first_is_gone;
  std::promise<void> others_wait;
  std::promise<void> others_are_gone;
  std::vector<std::size_t> commits;
  const auto done = [&](const std::vector<destroyer_thread::task>& tasks, const result<bool>& how) {
    commits.push_back(how && *how ? tasks.size() : 0);
    if (commits.size() == 2) others_are_gone.set_value();
    if (commits.size() > 1) return;
    first_is_gone.set_value();
    others_wait.get_future().wait();
  };
  {
    destroyer_thread destroyer(*ring, done);
    const auto destroy = [&](std::uint64_t i) {
      destroyer.add({i, {{room(static_cast<int>(i)), {{1, 1, numbers[i]}}}}});
    };
    destroy(0); // this one is under way, and the others wait for it
    first_is_gone.get_future().wait();
    for (std::uint64_t i = 1; i < 8; ++i)
      destroy(i);
    others_wait.set_value();
    others_are_gone.get_future().wait();
  }
  CHECK(commits == std::vector<std::size_t>{1, 7});
  // What was destroyed makes a row longer.
  SQLite::Database db(disk.path);
  SQLite::Statement s(db, "SELECT count(*), count(DISTINCT change) FROM texts WHERE "
                          "length(wrapped) > (SELECT min(length(wrapped)) FROM texts)");
  REQUIRE(s.executeStep());
  CHECK(s.getColumn(0).getInt() == 8);
  CHECK(s.getColumn(1).getInt() == 2);
}
