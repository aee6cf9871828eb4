#include "journal/sqlite/restore.hpp"

#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/key_copy.hpp"
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/store.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_clock.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view passphrase = "correct horse battery";

/// A data directory, and a backup of it.
struct world {
  world() {
    fs::create_directory(data);
    start();
    for (int i = 0; i < 100; ++i)
      say("den");
    back_up({journal()}, backup, *keys).value();
  }
  std::string journal() const { return data + "/journal.db"; }
  void start() {
    keys = key_ring::open(data + "/keys.db", masters).value();
    logs = store::open({.file = {journal()}, .time = &time}, *keys).value();
  }
  void stop() {
    logs.reset();
    keys.reset();
  }
  void say(const std::string& room) {
    std::vector<operation> group(1);
    group[0].what =
        append_operation{{{room, {}, time.wall_now(), "ada", entry_kind::message, "x", ""}, {1}}};
    test::apply_all(*logs, group);
    REQUIRE_FALSE(group[0].refused.has_value());
  }
  result<restore_report> put_back() {
    return restore({backup, data, masters, [&]() -> result<std::string> {
                      ++asked;
                      return std::string(passphrase);
                    }});
  }
  std::uint64_t entries() {
    start();
    const auto rooms = rooms_in({journal()}, *keys).value();
    std::uint64_t n = 0;
    for (const auto& r : rooms)
      n += r.entries();
    stop();
    return n;
  }

  test::temp_directory directory;
  std::string data = directory / "data";
  std::string backup = directory / "backup";
  testing::manual_clock time;
  std::vector<secret_key> masters{secret_key::random()};
  std::unique_ptr<key_ring> keys;
  std::unique_ptr<store> logs;
  int asked = 0;
};

bool has(const failure& f, std::string_view words) {
  return f.message.find(words) != std::string::npos && f.message.find('\n') == std::string::npos;
}

} // namespace

TEST_CASE("a backup takes the place of the journal, which is kept, and what is lost is told",
          "[restore]") {
  world w;
  for (int i = 0; i < 50; ++i)
    w.say("den");
  w.say("nook");
  w.stop();
  const auto report = w.put_back().value();
  CHECK(report.restored.entries == 100);
  CHECK_FALSE(report.with_keys);
  CHECK(w.asked == 0);
  CHECK(report.unknown_loss.empty());
  REQUIRE(report.lost.size() == 2);
  CHECK(report.lost[0].room == "den");
  CHECK(report.lost[0].first == 101);
  CHECK(report.lost[0].last == 150);
  CHECK(report.lost[1].room == "nook");
  CHECK(report.lost[1].first == 1);
  CHECK(report.moved_journal == w.journal() + ".replaced-1");
  CHECK(w.entries() == 100);
  // And back again.
  w.backup = report.moved_journal;
  const auto again = w.put_back().value();
  CHECK(again.restored.entries == 151);
  CHECK(again.lost.empty());
  CHECK(again.moved_journal == w.journal() + ".replaced-2");
  CHECK(w.entries() == 151);
}

TEST_CASE("a backup with its keys is all that a new directory needs, with another master key",
          "[restore]") {
  world w;
  make_key_copy(key_copy_of(w.backup), w.data + "/keys.db", [&] { return w.masters; }, passphrase,
                {1, 8192})
      .value()
      .publish()
      .value();
  w.stop();
  w.data = w.directory / "new";
  fs::create_directory(w.data);
  w.masters = {secret_key::random()};
  const auto report = w.put_back().value();
  CHECK(report.with_keys);
  CHECK(report.lost.empty());
  CHECK(report.moved_journal.empty());
  CHECK(w.asked == 1);
  CHECK(w.entries() == 100);
  for (const char* file : {"/journal.db", "/keys.db"})
    CHECK((fs::status(w.data + file).permissions() & fs::perms::mask) ==
          (fs::perms::owner_read | fs::perms::owner_write));
  // What is in the directory knows what was destroyed since; the keys of the backup do not.
  REQUIRE(erase_room(w.data, w.masters, "den").has_value());
  CHECK(w.put_back().value().restored.unreadable == 100);
  CHECK(w.asked == 1);
  CHECK(w.entries() == 0);
}

TEST_CASE("a restore that cannot be changes nothing", "[restore]") {
  world w;
  w.say("den");
  std::uint64_t kept = 101;
  SECTION("a daemon uses the directory") {
    const auto lock = data_lock::take(w.data).value();
    CHECK(has(w.put_back().error(), "is in use by another asio-chatd"));
  }
  SECTION("the backup is damaged") {
    SQLite::Database(w.backup, SQLite::OPEN_READWRITE)
        .exec("UPDATE records SET sealed=zeroblob(99) WHERE last=50");
    CHECK(has(w.put_back().error(), "is not restored: it is damaged, or "));
  }
  SECTION("the backup is of another server") {
    w.stop();
    const world other;
    w.backup = other.backup;
    CHECK(has(w.put_back().error(), "or of another server"));
  }
  SECTION("there is no backup") {
    w.backup += "x";
    CHECK(has(w.put_back().error(), "backupx' does not exist"));
  }
  SECTION("it is no backup") {
    std::ofstream(w.backup, std::ios::binary) << std::string(5'000, 'x');
    CHECK_FALSE(w.put_back().has_value());
  }
  SECTION("it is the journal itself") {
    w.stop();
    w.backup = w.journal();
    CHECK(has(w.put_back().error(), "is the journal of this directory"));
  }
  SECTION("another master key") {
    w.stop();
    const auto right = std::exchange(w.masters, {secret_key::random()});
    CHECK(has(w.put_back().error(), "does not open with this master key"));
    w.masters = right;
  }
  SECTION("there are no keys") {
    w.stop();
    fs::rename(w.data + "/keys.db", w.directory / "keys");
    CHECK(has(w.put_back().error(), "there are no keys for the backup"));
    fs::rename(w.directory / "keys", w.data + "/keys.db");
  }
  CHECK_FALSE(fs::exists(w.data + "/restore.unfinished"));
  CHECK_FALSE(fs::exists(w.journal() + ".replaced-1"));
  w.stop();
  CHECK(w.entries() == kept);
}

TEST_CASE("a journal that cannot be read is put aside with its log, and its loss is not known",
          "[restore]") {
  world w;
  w.stop();
  fs::resize_file(w.journal(), 0);
  SECTION("nothing is in it") {
    const auto report = w.put_back().value();
    CHECK(report.moved_journal.empty());
    CHECK(report.unknown_loss.empty());
  }
  SECTION("something else is in it") {
    std::ofstream(w.journal(), std::ios::binary) << std::string(5'000, 'x');
    std::ofstream(w.journal() + "-wal", std::ios::binary) << std::string(5'000, 'y');
    const auto report = w.put_back().value();
    CHECK(report.moved_journal == w.journal() + ".replaced-1");
    CHECK(fs::file_size(report.moved_journal + "-wal") == 5'000);
    CHECK_FALSE(report.unknown_loss.empty());
  }
  SECTION("its log is left alone") {
    fs::remove(w.journal());
    std::ofstream(w.journal() + "-wal", std::ios::binary) << std::string(5'000, 'y');
    w.put_back().value();
    CHECK(fs::file_size(w.journal() + ".replaced-1-wal") == 5'000);
  }
  CHECK(w.entries() == 100);
}

TEST_CASE("what an interrupted restore left is in nobody's way", "[restore]") {
  world w;
  w.stop();
  fs::create_directories(w.data + "/restore.unfinished");
  std::ofstream(w.data + "/restore.unfinished/journal.db") << "half";
  w.put_back().value();
  CHECK_FALSE(fs::exists(w.data + "/restore.unfinished"));
  CHECK(w.entries() == 100);
}
