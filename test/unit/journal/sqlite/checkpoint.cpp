// When the log is moved to the file, and how much at once.
#include "journal/sqlite/store.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::faulty_vfs;
using test::store_world;

namespace {

/// A store, and how many pages are written to the file itself.
class watched_store {
 public:
  watched_store() {
    world.store();
    disk_.set_fault([this](faulty_vfs::call c, const std::string& path) {
      if (c == faulty_vfs::call::write && path == world.options.file.path) ++pages_;
      return SQLITE_OK;
    });
  }

  /// Says something of that length in one commit.
  void say(std::size_t entries, std::size_t bytes) {
    std::vector<operation> group;
    for (std::size_t i = 0; i < entries; ++i)
      group.push_back(store_world::append_of("den", std::string(bytes, 'x')));
    world.apply(std::move(group));
  }
  /// What one step after the answers moves.
  std::size_t pages_of_step(bool& more) {
    pages_ = 0;
    more = world.store().tidy();
    return pages_;
  }
  std::size_t pages_of_step() {
    bool more = false;
    return pages_of_step(more);
  }

 private:
  faulty_vfs disk_;
  std::size_t pages_ = 0;

 public:
  store_world world{disk_.name()};
};

} // namespace

TEST_CASE("a checkpoint moves little, so nobody waits long for it") {
  watched_store s;
  std::size_t most = 0, all = 0;
  for (int i = 0; i < 200; ++i) {
    s.say(4, 10'000); // ten pages and some
    const std::size_t moved = s.pages_of_step();
    most = std::max(most, moved);
    all += moved;
  }
  CHECK(most <= 180);
  CHECK(all > 1'900); // all but what the last ones have in the log
}

TEST_CASE("what was moved while somebody reads is not moved again") {
  watched_store s;
  for (int i = 0; i < 20; ++i) {
    s.say(4, 10'000);
    s.pages_of_step();
  }
  s.say(1, 10);
  SQLite::Database reader(s.world.options.file.path, SQLite::OPEN_READONLY);
  reader.exec("BEGIN");
  REQUIRE(reader.execAndGet("SELECT count(*) FROM records").getInt() == 21);
  int checkpoints = 0;
  for (int i = 0; i < 60; ++i) {
    s.say(1, 10);
    if (s.pages_of_step() > 0) ++checkpoints;
  }
  CHECK(checkpoints >= 1);
  CHECK(checkpoints <= 3);
}

TEST_CASE("what few large commits have written is moved together") {
  watched_store s;
  for (int i = 0; i < 7; ++i) {
    s.say(16, 40'000);
    CHECK(s.pages_of_step() == 0);
  }
  s.say(16, 40'000);
  CHECK(s.pages_of_step() > 1'000);
}

TEST_CASE("of very large commits the log does not wait for many") {
  watched_store s;
  s.say(120, 40'000);
  CHECK(s.pages_of_step() == 0);
  s.say(120, 40'000);
  CHECK(s.pages_of_step() > 2'000);
}

TEST_CASE("who came while the index was written is answered before the checkpoint") {
  watched_store s;
  s.say(100, 10'000);
  for (int i = 0; i < 7; ++i)
    s.say(1, 10);
  s.say(4'096, 10); // the index is full now
  bool more = false;
  CHECK(s.pages_of_step(more) == 0);
  CHECK(more);
  CHECK(s.pages_of_step(more) > 200);
  CHECK_FALSE(more);
}
