#include "journal/sqlite/backup.hpp"

#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/store.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_clock.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <sys/stat.h>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

namespace fs = std::filesystem;

/// A data directory with a daemon's store in it, for as long as `logs` is there.
struct data_directory {
  data_directory() { start(); }

  void start() {
    keys = key_ring::open(directory / "keys.db", masters).value();
    logs = store::open({.file = file, .time = &time}, *keys).value();
  }
  void stop() {
    logs.reset();
    keys.reset();
  }
  /// In a commit of its own.
  position say(const std::string& room, const std::string& text,
               entry_kind kind = entry_kind::message) {
    std::vector<operation> group(1);
    group[0].what = append_operation{{{room, {}, time.wall_now(), "ada", kind, text, ""}, {1}}};
    test::apply_all(*logs, group);
    REQUIRE_FALSE(group[0].refused.has_value());
    return std::get<append_operation>(group[0].what).draft.what.at;
  }
  journal::log_state state(const std::string& room) {
    std::vector<operation> group(1);
    group[0].what = open_operation{room};
    test::apply_all(*logs, group);
    REQUIRE_FALSE(group[0].refused.has_value());
    return std::get<open_operation>(group[0].what).state;
  }
  verify_report verified(const std::string& path) { return verify({path}, *keys).value(); }

  test::temp_directory directory;
  database_file file{directory / "journal.db"};
  testing::manual_clock time;
  std::vector<secret_key> masters{secret_key::random()};
  std::unique_ptr<key_ring> keys;
  std::unique_ptr<store> logs;
};

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::map<std::string, std::uint64_t> rooms_of(data_directory& h) {
  std::map<std::string, std::uint64_t> found;
  for (const known_room& r : rooms_in(h.file, *h.keys).value())
    found.emplace(r.name, r.entries());
  return found;
}

bool has(const failure& f, std::string_view words) {
  return f.message.find(words) != std::string::npos && f.message.find('\n') == std::string::npos;
}

} // namespace

TEST_CASE("a backup is one private file with what was there when it began", "[backup]") {
  data_directory h;
  for (int i = 0; i < 300; ++i) // more than one step
    h.say("den", std::string(8'000, 'x'));
  h.say("nook", "two");
  const std::string to = h.directory / "copy";
  bool said_more = false;
  const auto report = back_up(h.file, to, *h.keys, [&](std::string_view doing, auto, auto) {
    if (doing != "copied" || std::exchange(said_more, true)) return;
    for (int i = 0; i < 10; ++i)
      h.say("den", "while it is copied");
  });
  REQUIRE(said_more);
  CHECK(report.value().entries == 301);
  CHECK(report.value().rooms == 2);
  CHECK(h.verified(to).entries == 301);
  CHECK(h.verified(h.file.path).entries == 311);
  CHECK((fs::status(to).permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  for (const char* beside : {".unfinished", "-wal", "-shm", "-journal", ".unfinished-journal"})
    CHECK_FALSE(fs::exists(to + beside));
}

TEST_CASE("a backup never takes the place of a file, and leaves nothing when it fails",
          "[backup]") {
  data_directory h;
  h.say("den", "one");
  const std::string to = h.directory / "copy";
  SECTION("it is there") {
    std::ofstream(to) << "mine";
    CHECK(has(back_up(h.file, to, *h.keys).error(), "is there already and is not overwritten"));
    CHECK(bytes_of(to) == "mine");
  }
  SECTION("it comes while the copy is made") {
    const auto made = back_up(h.file, to, *h.keys, [&](auto...) { std::ofstream(to) << "mine"; });
    CHECK(has(made.error(), "is there already and is not overwritten"));
    CHECK(bytes_of(to) == "mine");
  }
  SECTION("no directory") {
    CHECK(has(back_up(h.file, h.directory / "no/copy", *h.keys).error(), "cannot be written"));
  }
  SECTION("no journal") {
    CHECK(has(back_up({h.directory / "none"}, to, *h.keys).error(), "does not exist"));
    CHECK_FALSE(fs::exists(to));
    CHECK_FALSE(fs::exists(h.directory / "none"));
  }
  SECTION("a damaged journal") {
    h.logs.reset();
    SQLite::Database(h.file.path, SQLite::OPEN_READWRITE)
        .exec("UPDATE records SET sealed=zeroblob(99)");
    CHECK(has(back_up(h.file, to, *h.keys).error(), "the journal is damaged (#den: "));
    CHECK_FALSE(fs::exists(to));
  }
  CHECK_FALSE(fs::exists(to + ".unfinished"));
}

TEST_CASE("what an interrupted backup left is in nobody's way", "[backup]") {
  data_directory h;
  h.say("den", "one");
  const std::string to = h.directory / "copy";
  std::ofstream(to + ".unfinished") << std::string(100'000, 'x');
  CHECK(back_up(h.file, to, *h.keys).value().entries == 1);
  CHECK_FALSE(fs::exists(to + ".unfinished"));
}

TEST_CASE("an erased room begins anew, in the journal and in backups from before", "[backup]") {
  data_directory h;
  const position before = h.say("den", "a secret");
  h.say("den", "its topic", entry_kind::topic);
  h.say("nook", "kept");
  const std::string copy = h.directory / "copy";
  back_up(h.file, copy, *h.keys).value();
  h.time.advance(std::chrono::seconds(1));
  h.stop();
  REQUIRE(erase_room(h.directory.string(), h.masters, "den").has_value());

  h.keys = key_ring::open(h.directory / "keys.db", h.masters).value();
  CHECK(h.verified(h.file.path).good());
  CHECK(h.verified(h.file.path).entries == 1);
  CHECK(h.verified(h.file.path).unreadable == 0);
  const verify_report of_copy = h.verified(copy);
  CHECK(of_copy.good());
  CHECK(of_copy.entries == 1);
  CHECK(of_copy.unreadable == 2);
  CHECK(rooms_of(h) == std::map<std::string, std::uint64_t>{{"den", 0}, {"nook", 1}});
  h.stop();

  const bool restored = GENERATE(false, true);
  const bool spoken_since = GENERATE(false, true);
  if (spoken_since) {
    h.start();
    CHECK(h.say("den", "after").offset == 1);
    h.stop();
  }
  if (restored) {
    fs::remove(h.file.path + "-wal");
    fs::remove(h.file.path + "-shm");
    fs::copy_file(copy, h.file.path, fs::copy_options::overwrite_existing);
  }
  h.start();
  const auto state = h.state("den");
  CHECK(state.head.epoch > before.epoch);
  CHECK(state.head.offset == (spoken_since && !restored ? 1 : 0));
  CHECK(state.topic.empty());
  CHECK(h.say("den", "new").epoch == state.head.epoch);
  CHECK(h.state("nook").head.offset == 1);
  CHECK(h.verified(h.file.path).good());
  CHECK(h.verified(h.file.path).unreadable == 0);
}

TEST_CASE("a room is not erased while a daemon uses the directory, or without its keys",
          "[backup]") {
  data_directory h;
  h.say("den", "one");
  SECTION("keys") {
    h.stop();
    fs::remove(h.directory / "keys.db");
    CHECK(has(erase_room(h.directory.string(), h.masters, "den").error(), "is missing"));
    CHECK_FALSE(fs::exists(h.directory / "keys.db"));
  }
  SECTION("another master key") {
    h.stop();
    CHECK(has(erase_room(h.directory.string(), {secret_key::random()}, "den").error(),
              "does not open with this master key"));
  }
}

TEST_CASE("a record under a key that the ring does not have is bad, not erased", "[backup]") {
  data_directory h;
  h.say("den", "one");
  h.stop();
  SQLite::Database(h.directory / "keys.db", SQLite::OPEN_READWRITE)
      .exec("DELETE FROM keys WHERE owner<>zeroblob(16)");
  h.keys = key_ring::open(h.directory / "keys.db", h.masters).value();
  const verify_report report = h.verified(h.file.path);
  REQUIRE(report.bad.size() == 2);
  CHECK(report.bad[0].why.find("has no such key") != std::string::npos);
  CHECK(report.bad[1].why.find("some were taken out or put in") != std::string::npos);
}

TEST_CASE("nobody who can write to the file alone makes a room erased", "[backup]") {
  data_directory h;
  h.say("den", "one");
  h.stop();
  REQUIRE(erase_room(h.directory.string(), h.masters, "den").has_value());
  h.start();
  h.say("den", "new");
  h.stop();
  SQLite::Database db(h.file.path, SQLite::OPEN_READWRITE);
  SECTION("by the record") {
    db.exec("UPDATE records SET key=1");
  }
  SECTION("by the row") {
    db.exec("UPDATE rooms SET key=1");
  }
  h.keys = key_ring::open(h.directory / "keys.db", h.masters).value();
  CHECK_FALSE(h.verified(h.file.path).good());
  CHECK(h.verified(h.file.path).unreadable == 0);
}

TEST_CASE("after a rotation what is written is under new keys, and all of it is read", "[backup]") {
  data_directory h;
  h.say("den", "topic", entry_kind::topic);
  const secret_key next = secret_key::random();
  REQUIRE(h.keys->rotate({next, h.masters.front()}).value());
  h.say("den", "two");
  CHECK(SQLite::Database(h.file.path)
            .execAndGet("SELECT count(DISTINCT key) FROM records")
            .getInt() == 2);
  h.stop();
  h.masters = {next};
  h.start();
  CHECK(h.state("den").topic == "topic");
  CHECK(h.verified(h.file.path).entries == 2);
}
