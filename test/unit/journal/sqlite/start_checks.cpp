// What a start refuses, and what it closes: keys that are missing, a journal that is lost, a room
// that is damaged.
#include "journal/sqlite/start_checks.hpp"
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::store_world;
using words = std::vector<std::string>;

namespace {

/// Two rooms, and the ways in which their files are changed.
struct two_rooms : store_world {
  two_rooms() {
    say("den", "one", "id-1");
    say("nook", "one", "id-1");
    say("den", "two");
  }

  std::string keys_path() const { return directory / "keys.db"; }
  void reopen_keys() { keys = key_ring::open(keys_path(), {master}).value(); }
  void copy_keys(const std::string& from, const std::string& to) {
    close();
    keys.reset();
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    reopen_keys();
  }
  void keys_sql(const std::string& statement) {
    close();
    keys.reset();
    SQLite::Database(keys_path(), SQLite::OPEN_READWRITE).exec(statement);
    reopen_keys();
  }
  /// What a check says would be closed.
  words checked() {
    close();
    return check_journal(options.file, *keys, false).value();
  }
  std::string check_failure() {
    close();
    const auto said = check_journal(options.file, *keys, false);
    REQUIRE_FALSE(said.has_value());
    return said.error().message;
  }
  failure refusal(const std::string& room) {
    const auto o = apply(append_of(room, "anew"));
    REQUIRE(o.refused);
    return *o.refused;
  }
};

} // namespace

TEST_CASE("a room whose key is missing stops the start, which says what to put back") {
  two_rooms w;
  const std::string older = w.directory / "older", newer = w.directory / "newer";
  w.copy_keys(w.keys_path(), older);
  REQUIRE(w.keys->renew().has_value());
  w.say("den", "three");
  w.copy_keys(w.keys_path(), newer);
  w.copy_keys(older, w.keys_path());
  const std::string sentence =
      "'" + w.keys_path() +
      "' lacks keys of rooms that the journal has (#den): put back the newest copy of it; if there "
      "is none, nobody can read these rooms any more: destroy what they have with asio-chatd erase";
  CHECK(w.open_failure().message == sentence);
  CHECK(w.check_failure() == sentence);
  SECTION("the newer copy is put back") {
    w.copy_keys(newer, w.keys_path());
    CHECK(w.texts("den") == words{"one", "two", "three"});
  }
  SECTION("another key made meanwhile is not taken for the one that is missing") {
    w.keys->renew().value();
    CHECK(w.open_failure().message == sentence);
  }
  SECTION("nobody has it: the room is erased") {
    w.keys.reset();
    REQUIRE(erase_room(w.directory.string(), {w.master}, "den").has_value());
    w.reopen_keys();
    CHECK(w.texts("den").empty());
    CHECK(w.texts("nook") == words{"one"});
    CHECK(w.say("den", "anew").has_value());
  }
}

TEST_CASE("a key that is taken out of the ring without its mark destroys no room") {
  two_rooms w;
  const auto number = std::to_string(w.keys->newest(w.keys->tag_of("den")).value());
  const std::string change =
      GENERATE("DELETE FROM keys", "UPDATE keys SET master=NULL, wrapped=NULL");
  CAPTURE(change);
  w.keys_sql(change + " WHERE number=" + number);
  CHECK_THAT(w.open_failure().message, Contains("lacks keys of rooms that the journal has (#den)"));
  CHECK_THAT(w.check_failure(), Contains("(#den)"));
  SQLite::Database db(w.options.file.path);
  CHECK(db.execAndGet("SELECT count(*) FROM records").getInt() == 3);
}

TEST_CASE("many rooms without keys are one sentence") {
  store_world w;
  for (int i = 0; i < 20; ++i)
    w.say("room-" + std::to_string(i), "x");
  w.close();
  w.keys.reset();
  SQLite::Database(w.directory / "keys.db", SQLite::OPEN_READWRITE)
      .exec("DELETE FROM keys WHERE owner<>zeroblob(16)");
  w.keys = key_ring::open(w.directory / "keys.db", {w.master}).value();
  CHECK_THAT(w.open_failure().message, Contains("#room-4, 15 more)"));
}

TEST_CASE("a journal that is lost, though its keys are there, is begun anew by order only") {
  two_rooms w;
  w.close();
  const std::string path = w.options.file.path;
  const auto how = GENERATE(0, 1, 2);
  CAPTURE(how);
  std::filesystem::remove(path + "-wal");
  std::filesystem::remove(path);
  if (how > 0) std::ofstream(path).close();
  // As a first start leaves it that ended early, or one whose -wal was taken away.
  if (how == 2) {
    SQLite::Database db(path, SQLite::OPEN_READWRITE);
    db.exec("PRAGMA journal_mode=WAL");
    db.exec("PRAGMA user_version=0");
  }
  const auto size = how > 0 ? std::filesystem::file_size(path) : 0;
  CHECK((how == 2) == (size > 0));
  const std::string sentence =
      "the journal '" + path + "' is missing or empty, though '" + w.keys_path() +
      "' has keys of rooms: put the journal back, or a backup with asio-chatd restore, or "
      "begin anew, without all that "
      "was said, by starting once with storage.begin_anew (asio-chatd: --begin-anew)";
  CHECK(w.open_failure().message == sentence);
  CHECK(w.check_failure() == sentence);
  CHECK(std::filesystem::exists(path) == (how > 0));
  w.options.begin_anew = true;
  CHECK(check_journal(w.options.file, *w.keys, true).has_value());
  CHECK(w.texts("den").empty());
  CHECK(w.say("den", "anew").value().offset == 1);
  w.options.begin_anew = GENERATE(false, true); // it makes no difference now
  w.reopen();
  CHECK(w.texts("den") == words{"anew"});
}

TEST_CASE("a journal that is lost beside a file of its newest entries is not begun anew") {
  two_rooms w;
  w.close();
  const std::string path = w.options.file.path;
  std::filesystem::remove(path);
  const std::string left = path + "-wal";
  std::ofstream(left) << "x";
  w.options.begin_anew = GENERATE(false, true);
  CHECK(w.open_failure().message.find("'" + left + "' is there") != std::string::npos);
  CHECK(std::filesystem::exists(left));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("an empty log, which a tool has left, does not stop a new beginning") {
  two_rooms w;
  w.close();
  const std::string path = w.options.file.path;
  std::filesystem::remove(path);
  std::ofstream(path + "-wal");
  std::ofstream(path + "-shm");
  CHECK(w.open_failure().message.find("begin anew") != std::string::npos);
  w.options.begin_anew = true;
  w.reopen();
  w.say("den", "anew");
  CHECK(w.texts("den") == words{"anew"});
}

TEST_CASE("a journal without rooms may be lost") {
  store_world w;
  w.store();
  w.close();
  std::filesystem::remove(w.options.file.path);
  w.store();
  w.say("den", "x");
  w.keys->destroy(w.keys->tag_of("den")).value();
  w.close();
  std::filesystem::remove(w.options.file.path);
  CHECK(w.texts("den").empty());
}

TEST_CASE("a room that is damaged is closed, and the others are not") {
  two_rooms w;
  const std::string change =
      GENERATE("DELETE FROM records WHERE last=2", "UPDATE records SET last=3 WHERE last=2",
               "UPDATE records SET chain=zeroblob(32) WHERE last=2",
               "UPDATE rooms SET head=1 WHERE number=1",
               "UPDATE rooms SET tag=randomblob(16) WHERE number=1",
               "UPDATE rooms SET name=randomblob(60) WHERE number=1",
               "UPDATE rooms SET name=(SELECT name FROM rooms WHERE number=2) WHERE number=1");
  CAPTURE(change);
  w.sql(change);
  const words told = w.checked();
  w.reports.clear();
  w.store();
  REQUIRE(w.reports.size() == 1);
  CHECK(told == w.reports);
  CHECK_THAT(told[0], Contains(" is closed, since its ") && Contains("written"));
  const failure refused = w.refusal("den");
  CHECK(refused.code == errc::storage_failed);
  CHECK(refused.message ==
        "the log of this room cannot be used: nobody has seen this; the server's "
        "log says why");
  CHECK(w.apply({open_operation{"den"}}).refused);
  // A name from another room says of that room as well that something is wrong.
  if (change.find("SELECT name") == std::string::npos) {
    CHECK(w.is_duplicate("nook", "id-1"));
    CHECK(w.say("nook", "two").value().offset == 2);
    CHECK(w.texts("nook") == words{"one", "two"});
  }
  CHECK(w.say("attic", "x").has_value());
  // Nothing of it is thrown away or made anew.
  w.options.keep.entries = 1;
  w.reopen();
  w.tidy();
  CHECK(w.refusal("den").code == errc::storage_failed);
  const auto report = verify(w.options.file, *w.keys).value();
  REQUIRE(report.bad.size() == 1);
  CHECK(report.bad[0].first == (change.find("UPDATE rooms") == 0 ? 0 : report.bad[0].first));
}

TEST_CASE("pages of one room that cannot be read close that room alone") {
  two_rooms w;
  w.say("den", std::string(30'000, 'x'));
  w.close();
  const std::string path = w.options.file.path;
  std::string sealed;
  {
    SQLite::Database db(path, SQLite::OPEN_READWRITE);
    sealed = db.execAndGet("SELECT sealed FROM records WHERE last=3").getString();
  }
  std::fstream f(path, std::ios::binary | std::ios::in | std::ios::out);
  const std::string bytes{std::istreambuf_iterator<char>(f), {}};
  const auto found = bytes.find(sealed.substr(15'000, 64));
  REQUIRE(found != std::string::npos);
  f.seekp(static_cast<std::streamoff>(found / 4'096 * 4'096));
  f << std::string(4, '\xff') << std::flush; // which page comes next
  w.reports.clear();
  w.store();
  REQUIRE(w.reports.size() == 1);
  CHECK_THAT(w.reports[0], StartsWith("The room #den is closed, since database disk image is"));
  CHECK(w.refusal("den").code == errc::storage_failed);
  CHECK(w.say("nook", "goes on").has_value());
}

TEST_CASE("a damaged room can be erased, and begins anew") {
  two_rooms w;
  const std::string change =
      GENERATE("DELETE FROM records WHERE last=2", "UPDATE rooms SET head=1 WHERE number=1",
               "UPDATE rooms SET tag=randomblob(16) WHERE number=1");
  CAPTURE(change);
  w.sql(change);
  w.keys.reset();
  REQUIRE(erase_room(w.directory.string(), {w.master}, "den").has_value());
  w.reopen_keys();
  w.reports.clear();
  CHECK(w.say("den", "anew").value().offset == 1);
  CHECK(w.reports.empty());
  CHECK(w.texts("den") == words{"anew"});
  CHECK(w.texts("nook") == words{"one"});
  CHECK(verify(w.options.file, *w.keys).value().good());
}

TEST_CASE("a row of which nothing tells whose it is stops the start") {
  two_rooms w;
  w.sql("UPDATE rooms SET tag=randomblob(16), name=randomblob(60) WHERE number=1");
  CHECK_THAT(w.open_failure().message, Contains("the row of room 1 is not as it was written"));
  CHECK_THAT(w.check_failure(), Contains("the row of room 1 is not as it was written"));
}
