#include "journal/sqlite/data_lock.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

/// What another process is answered.
std::string as_another(const std::string& directory) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = data_lock::take(directory);
    const std::string said = lock ? "locked" : lock.error().message;
    const auto written = ::write(ends[1], said.data(), said.size());
    ::_exit(written > 0 ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said(1'000, '\0');
  const ssize_t length = ::read(ends[0], said.data(), said.size());
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  said.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return said;
}

/// Whether this process still has SQLite's lock of a reader on the file, as another one sees it.
bool has_posix_locks(const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    struct flock all {};
    all.l_type = F_WRLCK;
    all.l_whence = SEEK_SET;
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    ::fcntl(fd, F_GETLK, &all);
    ::_exit(all.l_type == F_UNLCK ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

TEST_CASE("a lock is on the journal itself, so that no other file has to stay where it is") {
  test::temp_directory d;
  std::optional<data_lock> lock(data_lock::take(d.string()).value());
  CHECK(lock->identity() == identity_of(d / "journal.db"));
  CHECK(as_another(d.string()) ==
        "the data directory '" + d.string() + "' is in use by another asio-chatd (process " +
            std::to_string(::getpid()) +
            "): stop that one, or choose another as storage.directory (asio-chatd: --data)");
  lock.reset();
  CHECK(as_another(d.string()) == "locked");
}

TEST_CASE("a journal that a lock has made goes with it, unless something is in it") {
  test::temp_directory d;
  const std::string path = d / "journal.db";
  CHECK(data_lock::take(d.string()).has_value());
  CHECK_FALSE(std::filesystem::exists(path));
  {
    const auto lock = data_lock::take(d.string());
    std::ofstream(path) << "x";
  }
  CHECK(std::filesystem::exists(path));
  std::filesystem::resize_file(path, 0);
  CHECK(data_lock::take(d.string()).has_value());
  CHECK(std::filesystem::exists(path)); // it was there before
}

TEST_CASE("who asks for a lock that this process has drops none of SQLite's") {
  test::temp_directory d;
  const auto lock = data_lock::take(d.string());
  REQUIRE(lock.has_value());
  SQLite::Database db(d / "journal.db", SQLite::OPEN_READWRITE);
  db.exec("PRAGMA journal_mode=WAL; CREATE TABLE t (x)");
  REQUIRE(has_posix_locks(d / "journal.db"));
  CHECK_FALSE(data_lock::take(d.string()).has_value());
  CHECK(has_posix_locks(d / "journal.db"));
}

TEST_CASE("another file of the name is another lock") {
  test::temp_directory d;
  const auto lock = data_lock::take(d.string());
  std::filesystem::rename(d / "journal.db", d / "aside");
  const auto other = data_lock::take(d.string());
  REQUIRE(other.has_value());
  CHECK(other->identity() != lock->identity());
}
