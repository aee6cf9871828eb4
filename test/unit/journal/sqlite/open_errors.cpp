#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/sqlite_journal.hpp"
#include "support/task_queue.hpp"
#include "unit/journal/sqlite/store_world.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

using namespace asio_chat;
using namespace asio_chat::sqlite;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::store_world;

namespace {

std::string failure_in(const std::string& directory) {
  test::task_queue tasks;
  sqlite_journal::options o{.directory = directory};
  o.masters.push_back(secret_key::random());
  const auto opened = sqlite_journal::open(std::move(o), tasks.later());
  return opened ? "it opened" : opened.error().message;
}

/// Root may write everywhere: looks as another user, if root runs the tests.
std::string failure_as_nobody(const std::string& directory) {
  const uid_t me = ::geteuid();
  if (me == 0) (void)!::seteuid(65'534);
  const std::string said = failure_in(directory);
  if (me == 0) (void)!::seteuid(me);
  return said;
}

void write_file(const std::string& path, const std::string& bytes, std::streamoff at = 0) {
  std::fstream f(path, std::ios::binary | std::ios::in | std::ios::out);
  f.seekp(at);
  f << bytes;
}

} // namespace

TEST_CASE("a data directory that is not there is said to be so") {
  test::temp_directory d;
  CHECK(failure_in(d / "none") ==
        "the data directory '" + d / "none" + "' does not exist: make it with: mkdir -m 700 " +
            d / "none" + ", or choose another as storage.directory (asio-chatd: --data)");
}

TEST_CASE("a data directory is used by one at a time, who is named") {
  test::temp_directory d;
  test::task_queue tasks;
  sqlite_journal::options o{.directory = d.string()};
  o.masters.push_back(secret_key::random());
  auto first = sqlite_journal::open(o, tasks.later()).value();
  CHECK(failure_in(d.string()) ==
        "the data directory '" + d.string() + "' is in use by another asio-chatd (process " +
            std::to_string(::getpid()) +
            "): stop that one, or choose another as storage.directory (asio-chatd: --data)");
  first.reset();
  CHECK(sqlite_journal::open(o, tasks.later()).has_value());
}

TEST_CASE("a directory or a file that must not be written to is named") {
  test::temp_directory d;
  const std::string data = d / "data";
  std::filesystem::create_directory(data);
  ::chmod(d.string().c_str(), 0755);
  ::chmod(data.c_str(), 0555);
  if (::geteuid() != 0) return; // what an owner's own modes do is tested in base
  const auto check = [&](const std::string& verb, const std::string& file) {
    CHECK_THAT(failure_as_nobody(data),
               StartsWith("the journal '" + data + "/journal.db' cannot be " + verb + ": '" + file +
                          "' belongs to root (id 0), and this is ") &&
                   Contains(": chown "));
  };
  check("made", data);
  ::chmod(data.c_str(), 0777);
  std::ofstream(data + "/journal.db").close();
  ::chmod((data + "/journal.db").c_str(), 0444);
  check("written to", data + "/journal.db");
  // One that only SQLite knows of, as somebody who restores a copy as root may leave it.
  ::chmod((data + "/journal.db").c_str(), 0666);
  std::ofstream(data + "/journal.db-wal").close();
  ::chmod((data + "/journal.db-wal").c_str(), 0644);
  check("written to", data + "/journal.db-wal");
}

TEST_CASE("the journal's files are their owner's alone") {
  test::temp_directory d;
  test::task_queue tasks;
  sqlite_journal::options o{.directory = d.string()};
  o.masters.push_back(secret_key::random());
  const auto journal = sqlite_journal::open(std::move(o), tasks.later()).value();
  for (const auto& f : std::filesystem::directory_iterator(d.string())) {
    CAPTURE(f.path().string());
    CHECK((f.status().permissions() & std::filesystem::perms(077)) == std::filesystem::perms::none);
  }
}

TEST_CASE("a file that is no database is said to be so") {
  store_world w;
  std::ofstream(w.options.file.path) << std::string(5'000, 'x');
  CHECK(w.open_failure().message ==
        "the journal '" + w.options.file.path +
            "' is no SQLite database: move it away, or restore a backup");
}

TEST_CASE("a database of another program is left alone") {
  store_world w;
  {
    SQLite::Database db(w.options.file.path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    db.exec("CREATE TABLE other (x)");
  }
  CHECK_THAT(w.open_failure().message, Contains("is a database of another program"));
}

TEST_CASE("a newer version is left alone") {
  store_world w;
  w.say("den", "x");
  w.sql("PRAGMA user_version=10");
  CHECK(w.open_failure().message ==
        "the journal '" + w.options.file.path +
            "' is of version 10, and this program knows 9: use a newer program");
}

TEST_CASE("a damaged database is said to be damaged") {
  store_world w;
  for (int i = 0; i < 200; ++i)
    w.say("den", "x");
  w.close();
  const std::string path = w.options.file.path;
  SECTION("cut short") {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2 / 4096 * 4096);
  }
  SECTION("written over") {
    for (std::streamoff at = 4'096; at < 40'000; at += 4'096)
      write_file(path, std::string(100, '\xff'), at);
  }
  CHECK_THAT(w.open_failure().message, StartsWith("the journal '" + path + "' is damaged (") &&
                                           Contains("): restore a backup"));
}

TEST_CASE("a journal whose list of rooms is not what was written is not opened") {
  store_world w;
  w.say("den", "one");
  w.say("den", "two");
  SECTION("a room is gone") {
    w.sql("DELETE FROM rooms");
    CHECK(
        w.open_failure().message ==
        "the journal '" + w.options.file.path +
            "' cannot be used: its rooms are not as they were written last: one has been put back "
            "from an older copy, changed, taken out or put in; restore a backup, and the keys.db "
            "that belongs to it");
  }
  SECTION("and nobody is to know") {
    w.sql("DELETE FROM rooms");
    w.sql("UPDATE house SET rooms=0");
    CHECK_THAT(w.open_failure().message, Contains("the list of rooms is not as it was written"));
  }
}

TEST_CASE("keys of another journal do not open this one") {
  store_world w;
  w.say("den", "one");
  w.close();
  test::temp_directory other;
  w.keys = key_ring::open(other / "keys.db", {w.master}).value();
  CHECK_THAT(w.open_failure().message, Contains("sealed by another key ring"));
}
