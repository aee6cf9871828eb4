#include "journal/sqlite/store.hpp"
#include "support/faulty_vfs.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <random>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using test::faulty_vfs;
using test::store_world;
using words = std::vector<std::string>;
using call = faulty_vfs::call;

namespace {

bool is_wal(const std::string& path) {
  return path.ends_with("-wal");
}

failure refusal_of(store_world& w, std::string text, std::string id = {}) {
  const auto o = w.apply(w.append_of("den", std::move(text), std::move(id)));
  REQUIRE(o.refused);
  return *o.refused;
}

} // namespace

TEST_CASE("a full disk refuses what is said, is told once, and is recovered from") {
  faulty_vfs disk;
  store_world w(disk.name());
  const position first = w.say("den", "one", "id-1").value();
  disk.fill_disk();
  const failure refused = refusal_of(w, "two", "id-2");
  CHECK(refused.code == errc::storage_failed);
  CHECK(refused.message == "the server's disk is full: nobody has seen this; try again later");
  refusal_of(w, "three");
  refusal_of(w, "tea");
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0] == "the journal '" + w.options.file.path +
                            "' cannot be written to: the disk is full; make room on it");
  // Reads go on, and what was acknowledged before is answered again.
  CHECK(w.texts("den") == words{"one"});
  CHECK(w.state("den").head == first);
  CHECK(w.is_duplicate("den", "id-1"));
  disk.repair();
  CHECK(w.say("den", "two", "id-2") == position{first.epoch, 2});
  REQUIRE(w.reports.size() == 2);
  CHECK(w.reports[1] == "the journal can be written to again: messages are kept");
  w.reopen();
  CHECK(w.texts("den") == words{"one", "two"});
}

TEST_CASE("a journal that is removed or replaced gets nothing more, and that is told") {
  store_world w;
  const position first = w.say("den", "one", "id-1").value();
  const std::string path = w.options.file.path, aside = w.directory / "aside";
  const bool removed = GENERATE(true, false);
  CAPTURE(removed);
  std::filesystem::rename(path, aside);
  if (!removed) std::filesystem::copy_file(aside, path);
  const failure refused = refusal_of(w, "two", "id-2");
  CHECK(refused.message ==
        "the server cannot write to its disk: nobody has seen this; try again later");
  refusal_of(w, "three");
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0] ==
        "the journal '" + path +
            "' has been removed, or another file has been put in its place, while the server runs: "
            "nothing is kept from here on; put the same file back, or stop the server before files "
            "are exchanged");
  CHECK(w.is_duplicate("den", "id-1")); // it was kept
  SECTION("the file comes back") {
    std::filesystem::rename(aside, path);
    CHECK(w.say("den", "two", "id-2") == position{first.epoch, 2});
    w.reopen();
    CHECK(w.texts("den") == words{"one", "two"});
  }
  SECTION("the server stops, and nothing has been lost with the file") {
    w.close();
    CHECK(std::filesystem::exists(path + "-wal"));
    std::filesystem::rename(aside, path);
    CHECK(w.texts("den") == words{"one"});
  }
}

TEST_CASE("a file that is copied over the journal's own gets nothing more, unless it is the same") {
  store_world w;
  const std::string path = w.options.file.path, aside = w.directory / "aside";
  const auto checkpoint = [&] {
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
  };
  w.say("den", std::string(20'000, 'x'));
  checkpoint();
  std::filesystem::copy_file(path, aside);
  for (int i = 0; i < 20; ++i)
    CHECK(w.say("den", std::string(20'000, 'y')));
  checkpoint();
  CHECK(w.say("den", "in the log"));
  const bool same = GENERATE(true, false);
  if (same)
    std::filesystem::copy_file(path, aside, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(aside, path, std::filesystem::copy_options::overwrite_existing);
  if (same) {
    CHECK(w.say("den", "as before"));
    CHECK(w.reports.empty());
    return;
  }
  refusal_of(w, "on an older file");
  refusal_of(w, "and on another connection");
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0].find("another program has changed it while the server runs (the file was "
                          "written over)") != std::string::npos);
}

TEST_CASE("without the keys' file, or the WAL, nothing more is taken") {
  store_world w;
  w.say("den", "one");
  w.tidy();
  const bool keys = GENERATE(true, false);
  CAPTURE(keys);
  const std::string path = keys ? w.directory / "keys.db" : w.options.file.path + "-wal";
  std::filesystem::rename(path, w.directory / "aside");
  w.tidy(); // as it does after each group
  CHECK(refusal_of(w, "two").code == errc::storage_failed);
  CHECK(refusal_of(w, "three").code == errc::storage_failed);
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0].find("'" + path +
                          "' has been removed, or another file has been put in its "
                          "place") != std::string::npos);
  SECTION("until it is back") {
    std::filesystem::rename(w.directory / "aside", path);
    w.tidy();
    CHECK(w.say("den", "two").value().offset == 2);
  }
  SECTION("and a stop loses nothing") {
    if (keys) std::filesystem::rename(w.directory / "aside", path);
    w.reopen();
    CHECK(w.texts("den") == words{"one"});
  }
}

TEST_CASE("a journal that is replaced is not read, either") {
  store_world w;
  w.say("den", "one");
  database_file file = w.options.file;
  file.identity = identity_of(file.path);
  reader r(file, *w.keys, w.store().index(),
           [&](severity, const std::string& s) { w.reports.push_back(s); });
  std::filesystem::rename(file.path, w.directory / "aside");
  std::filesystem::copy_file(w.directory / "aside", file.path);
  CHECK_FALSE(r.read("den", {{log_range::side::after, {}, 10}, 1'000}).has_value());
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0].find("another file has been put in its place") != std::string::npos);
}

TEST_CASE("a full disk keeps nobody from a room") {
  faulty_vfs disk;
  store_world w(disk.name());
  w.options.idle_rooms = 0; // all have to be looked up
  const position den = w.say("den", "one").value();
  const position nook = w.say("nook", "one").value();
  w.reopen();
  disk.fill_disk();
  CHECK(w.apply({hold_operation{{{1}, "alice", {}}}}).refused == std::nullopt);
  CHECK(w.state("den").head == den);
  refusal_of(w, "two");
  CHECK(w.state("den").head == den);
  CHECK(w.state("nook").head == nook);
  CHECK(w.state("new").head.offset == 0);
  disk.repair();
  CHECK(w.say("den", "two") == position{den.epoch, 2});
}

TEST_CASE("a file that was damaged while the disk was full is refused like a full disk") {
  faulty_vfs disk;
  store_world w(disk.name());
  w.say("nook", "one").value();
  disk.fill_disk();
  refusal_of(w, "one");
  {
    SQLite::Database other(w.options.file.path, SQLite::OPEN_READWRITE);
    SQLite::Statement swap(other, "UPDATE rooms SET tag=?");
    const auto tag = w.keys->tag_of("den");
    swap.bind(1, tag.data(), static_cast<int>(tag.size()));
    swap.exec();
  }
  disk.repair();
  w.reports.clear();
  CHECK(refusal_of(w, "two").message ==
        "the server cannot write to its disk: nobody has seen this; try again later");
}

TEST_CASE("a group fails as a whole, in all its rooms, and leaves nothing in memory") {
  faulty_vfs disk;
  store_world w(disk.name());
  w.say("den", "one");
  disk.fill_disk();
  std::vector<operation> group;
  group.push_back(w.append_of("den", "tea", "id", entry_kind::topic));
  group.push_back({open_operation{"den"}});
  group.push_back(w.append_of("nook", "x"));
  group.push_back({hold_operation{{{1}, "alice", {}}}});
  group = w.apply(std::move(group));
  CHECK(group[0].refused);
  REQUIRE_FALSE(group[1].refused); // known without the disk
  CHECK(std::get<open_operation>(group[1].what).state.topic.empty());
  CHECK(std::get<open_operation>(group[1].what).state.head.offset == 1);
  CHECK(group[2].refused);
  disk.repair();
  CHECK_FALSE(w.is_duplicate("den", "id"));
  CHECK(w.say("nook", "y").value().offset == 1);
  w.reopen();
  CHECK(w.texts("den") == words{"one", "once more"});
  CHECK(w.texts("nook") == words{"y"});
  CHECK(w.store().names_at_start().size() == 1); // written with the next group
}

TEST_CASE("an entry that was refused never appears, though its bytes reached the disk") {
  const int failure = GENERATE(SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE, SQLITE_FULL);
  const bool goes_on = GENERATE(true, false); // or ends at once
  CAPTURE(failure, goes_on);
  faulty_vfs disk;
  store_world w(disk.name());
  w.say("den", "one");
  // As long as a reader is open, SQLite does not clear the WAL when the writer's connection goes.
  std::optional<reader> other(std::in_place, w.options.file, *w.keys, w.store().index(),
                              report_function());
  CHECK(other->read("den", {}).has_value());
  bool failed = false;
  disk.set_fault([&](call c, const std::string& path) {
    if (c != call::sync || !is_wal(path) || std::exchange(failed, true)) return SQLITE_OK;
    return failure; // everything has been written by then
  });
  std::vector<operation> group;
  group.push_back(w.append_of("den", "never"));
  group.push_back(w.append_of("nook", "never"));
  group = w.apply(std::move(group));
  CHECK(group[0].refused);
  CHECK(group[1].refused);
  if (goes_on) CHECK(w.say("den", "two").value().offset == 2);
  disk.cut_power();
  other.reset();
  w.close();
  disk.restore_power([] { return true; }); // whatever was written has survived
  CHECK(w.texts("den") == (goes_on ? words{"one", "two"} : words{"one"}));
  CHECK(w.read("nook").entries.empty());
}

TEST_CASE("what slipped into the file behind the last acknowledged entry is taken out") {
  faulty_vfs disk;
  store_world w(disk.name());
  const position first = w.say("den", "one").value();
  // No connection is left, and the WAL is read anew when the disk works again.
  bool broken = true;
  disk.set_fault([&](call c, const std::string& path) {
    if (!broken) return SQLITE_OK;
    if (c == call::sync && is_wal(path)) return SQLITE_IOERR_FSYNC;
    return c == call::remove || c == call::truncate || c == call::open ? SQLITE_IOERR : SQLITE_OK;
  });
  refusal_of(w, "never");
  broken = false;
  CHECK(w.say("den", "two") == position{first.epoch, 2});
  w.reopen();
  CHECK(w.texts("den") == words{"one", "two"});
  CHECK(w.state("den").head == position{first.epoch, 2});
}

TEST_CASE("an I/O error at any moment refuses or keeps, never both") {
  for (int moment = 0; moment < 40; ++moment) {
    CAPTURE(moment);
    faulty_vfs disk;
    store_world w(disk.name());
    w.options.keep.entries = 10;
    w.options.index.entries = 7;
    words kept;
    int calls = -1;
    bool armed = false;
    disk.set_fault([&](call c, const std::string&) {
      if (!armed || c == call::read || c == call::open) return SQLITE_OK;
      return ++calls == moment ? SQLITE_IOERR : SQLITE_OK;
    });
    for (int i = 0; i < 40; ++i) {
      armed = i == 20;
      if (w.say("den", std::to_string(i))) kept.push_back(std::to_string(i));
      w.time.advance(std::chrono::minutes(2));
      w.store().tidy();
    }
    kept.erase(kept.begin(), kept.end() - 10);
    CHECK(w.texts("den") == kept);
    w.reopen();
    CHECK(w.texts("den") == kept);
  }
}

TEST_CASE("what was acknowledged survives a power cut") {
  std::mt19937 random(4'711);
  for (int round = 0; round < 50; ++round) {
    faulty_vfs disk;
    store_world w(disk.name());
    words kept;
    const std::uint64_t cut = random() % 30;
    for (std::uint64_t i = 0; i < cut; ++i) {
      if (w.say("den", std::to_string(i))) kept.push_back(std::to_string(i));
      if (random() % 4 == 0) w.tidy();
    }
    w.store();
    disk.cut_power();
    CHECK_FALSE(w.say("den", "too late"));
    w.close();
    if (round % 2 == 0) {
      disk.restore_power();
    } else {
      disk.restore_power([&] { return random() % 2 == 0; }); // some of the rest was written
    }
    CHECK(w.texts("den") == kept);
    CHECK(w.say("den", "goes on").value().offset == cut + 1);
  }
}
