// A disk that fails, is full or may not be written to is called that by everything that meets it,
// and never a damage that an older copy would mend.
#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/verify.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <fstream>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::faulty_vfs;
using test::store_world;
using call = faulty_vfs::call;

namespace {

/// On a disk whose calls fail when they are about these files.
struct world_on_disk {
  world_on_disk() {
    // The key ring has no VFS of its own choice.
    REQUIRE(::sqlite3_vfs_register(::sqlite3_vfs_find(disk.name().c_str()), 1) == SQLITE_OK);
    world.keys.reset();
    world.keys = key_ring::open(world.directory / "keys.db", {world.master}).value();
    for (int i = 0; i < 300; ++i)
      world.say(i % 2 == 0 ? "den" : "nook", std::string(500, 'x'));
    world.close();
  }
  void fail(call c, int code, const std::string& ending) {
    disk.set_fault([=](call asked, const std::string& path) {
      return asked == c && path.ends_with(ending) ? code : SQLITE_OK;
    });
  }

  faulty_vfs disk;
  store_world world{disk.name()};
};

std::string disk_fails(const std::string& what, const std::string& path) {
  return "the " + what + " '" + path + "' cannot be read or written, since the disk fails (";
}

} // namespace

TEST_CASE("a disk that cannot be read is no damage, whoever meets it") {
  world_on_disk w;
  const std::string path = w.world.options.file.path;
  w.fail(call::read, SQLITE_IOERR_READ, "/journal.db");
  const auto wrong = StartsWith(disk_fails("journal", path));
  CHECK_THAT(w.world.open_failure().message, wrong);
  CHECK_THAT(verify(w.world.options.file, *w.world.keys).error().message, wrong);
  CHECK_THAT(rooms_in(w.world.options.file, *w.world.keys).error().message, wrong);
  CHECK_THAT(check_journal(w.world.options.file, *w.world.keys, false).error().message, wrong);
  const std::string copy = w.world.directory / "copy";
  CHECK_THAT(back_up(w.world.options.file, copy, *w.world.keys).error().message, wrong);
  CHECK_FALSE(std::filesystem::exists(copy));
}

TEST_CASE("a disk that fails half way is no damage, wherever that is") {
  world_on_disk w;
  const std::string path = w.world.options.file.path;
  for (int reads = 1;; reads += 3) {
    CAPTURE(reads);
    bool failed = false;
    w.disk.set_fault([left = reads, &failed](call asked, const std::string& p) mutable {
      if (asked != call::read || !p.ends_with("/journal.db") || --left > 0) return SQLITE_OK;
      failed = true;
      return SQLITE_IOERR_READ;
    });
    const auto report = verify(w.world.options.file, *w.world.keys);
    if (!failed) {
      REQUIRE(report.has_value());
      CHECK(report->good());
      break;
    }
    REQUIRE_FALSE(report.has_value());
    CHECK_THAT(report.error().message, StartsWith(disk_fails("journal", path)));
  }
}

TEST_CASE("keys that cannot be read are no damage of the journal") {
  world_on_disk w;
  const std::string path = w.world.directory / "keys.db";
  w.world.keys.reset();
  const auto keys = key_ring::open(path, {w.world.master}).value();
  // What SQLite has in memory of the file is not that any more.
  SQLite::Database(path, SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version=1; PRAGMA user_version=2");
  w.fail(call::read, SQLITE_IOERR_READ, "/keys.db");
  const auto wrong = StartsWith(disk_fails("key ring", path));
  const auto report = verify(w.world.options.file, *keys);
  REQUIRE_FALSE(report.has_value());
  CHECK_THAT(report.error().message, wrong);
  CHECK_THAT(key_ring::open(path, {w.world.master}).error().message, wrong);
  CHECK_THAT(key_ring::open_to_read(path, {w.world.master}).error().message, wrong);
}

TEST_CASE("a backup says which of its two disks it is") {
  world_on_disk w;
  const std::string copy = w.world.directory / "copy";
  const auto failure_of_backup = [&] {
    const auto made = back_up(w.world.options.file, copy, *w.world.keys);
    REQUIRE_FALSE(made.has_value());
    CHECK_FALSE(std::filesystem::exists(copy));
    return made.error().message;
  };
  w.fail(call::write, SQLITE_FULL, "/copy.unfinished");
  CHECK(failure_of_backup() == "the backup '" + copy +
                                   ".unfinished' cannot be written to: the disk is full; make room "
                                   "on it");
  w.fail(call::write, SQLITE_IOERR_WRITE, "/copy.unfinished");
  CHECK_THAT(failure_of_backup(), StartsWith(disk_fails("backup", copy + ".unfinished")));
}

TEST_CASE("a key ring that cannot be changed is refused at the start, not at the first new room") {
  world_on_disk w;
  const std::string path = w.world.directory / "keys.db";
  w.world.keys.reset();
  const auto said = [&] { return key_ring::open(path, {w.world.master}).error().message; };
  SECTION("but a disk that is full now is waited for") {
    w.disk.fill_disk();
    CHECK(key_ring::open(path, {w.world.master}).has_value());
  }
  SECTION("no file can be made beside it") {
    w.fail(call::open, SQLITE_CANTOPEN, "/keys.db-journal");
    CHECK_THAT(said(), StartsWith("the key ring '" + path + "' cannot be used ("));
  }
  SECTION("it belongs to another") {
    if (::geteuid() != 0) return;
    ::chmod(w.world.directory.string().c_str(), 0777);
    ::chmod(path.c_str(), 0644);
    REQUIRE(::seteuid(65'534) == 0);
    const std::string as_another = said();
    REQUIRE(::seteuid(0) == 0);
    CHECK_THAT(as_another, StartsWith("the key ring '" + path + "' cannot be written to: '" + path +
                                      "' belongs to root (id 0), and this is ") &&
                               Contains(": chown "));
  }
  w.disk.repair();
  CHECK(key_ring::open(path, {w.world.master}).has_value());
}

TEST_CASE("a start that has found the key ring writable has changed nothing in it") {
  store_world w;
  const auto bytes = [&] {
    std::ifstream f(w.directory / "keys.db", std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(f), {}};
  };
  const std::string before = bytes();
  w.keys.reset();
  w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
  CHECK(bytes() == before);
}

TEST_CASE("a change of the key ring that was cut off is taken back, by who only reads as well") {
  store_world w;
  std::vector<room_tag> rooms;
  for (int i = 0; i < 300; ++i)
    rooms.push_back(w.keys->tag_of("room-" + std::to_string(i)));
  REQUIRE(w.keys->make_keys({rooms.begin(), rooms.end()}).has_value());
  const auto present = w.keys->present().value();
  w.keys.reset();
  const std::string path = w.directory / "keys.db", cut = w.directory / "cut.db";
  {
    // As the files are when the power goes in the middle.
    SQLite::Database db(path, SQLite::OPEN_READWRITE);
    db.exec("PRAGMA cache_size=2; BEGIN IMMEDIATE; "
            "UPDATE keys SET wrapped=zeroblob(72) WHERE owner<>zeroblob(16)");
    std::filesystem::copy_file(path, cut);
    std::filesystem::copy_file(path + "-journal", cut + "-journal");
    db.exec("ROLLBACK");
  }
  REQUIRE(std::filesystem::file_size(cut + "-journal") > 512);
  const bool reads = GENERATE(true, false);
  const auto ring =
      reads ? key_ring::open_to_read(cut, {w.master}) : key_ring::open(cut, {w.master});
  REQUIRE(ring.has_value());
  CHECK((*ring)->present().value() == present);
  for (const auto& [room, number] : present)
    REQUIRE((*ring)->key(room, number).has_value());
  CHECK((*ring)->renew().has_value() == !reads);
}
