#include "journal/sqlite/database.hpp"

#include "base/file.hpp"
#include "base/file_access.hpp"
#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

/// A connection goes from thread to thread, and never has two of them: it needs no lock.
constexpr int one_thread = SQLITE_OPEN_NOMUTEX;
constexpr int busy_milliseconds = 5'000; // another tool looks into the file
/// Of the database, and of what SQLite has beside it.
constexpr const char* suffixes[] = {"", "-wal", "-shm", "-journal"};

failure unusable(const database_file& f, const std::string& why) {
  return fail(errc::storage_failed, fmt::format("the {} '{}' {}", f.what, f.path, why));
}

std::optional<std::string> find_obstacle(const database_file& f) {
  for (const char* suffix : suffixes)
    if (auto found = obstacle_to(f.path + suffix, file_use::writing)) return found;
  return obstacle_in(directory_of(f.path));
}

std::optional<std::string> find_obstacle_or_lack(const database_file& f) {
  if (auto found = find_obstacle(f)) return found;
  return lack_of_room(directory_of(f.path));
}

/// What SQLite makes of a full disk when it has to make the WAL's shared index longer.
bool is_full_index(const SQLite::Exception& e) noexcept {
  return e.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE;
}

} // namespace

failure moved(const database_file& f) {
  return unusable(f,
                  "has been removed, or another file has been put in its place, while the server "
                  "runs: nothing is kept from here on; put the same file back, or stop the server "
                  "before files are exchanged");
}

std::optional<file_identity> identity_of(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return file_identity{status.st_dev, status.st_ino};
}

std::string as_file_name(const std::string& path) {
  return path.starts_with("file:") ? "./" + path : path;
}

void check_identity(const database_file& f) {
  if (f.identity && identity_of(f.path) != f.identity)
    throw SQLite::Exception("the file has been moved", SQLITE_READONLY_DBMOVED);
}

namespace {

enum class log_at_end { moved, left };

/// Nothing was left to be moved from the log, and nobody can change the file.
bool is_at_rest_on_read_only(const database_file& f) {
  struct statvfs system {};
  if (::statvfs(f.path.c_str(), &system) != 0 || (system.f_flag & ST_RDONLY) == 0) return false;
  struct stat log {};
  return ::stat((f.path + "-wal").c_str(), &log) != 0 ? errno == ENOENT : log.st_size == 0;
}

/// As SQLite wants it in a URI.
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path)
    uri += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02X}", c) : std::string(1, c);
  return uri + "?immutable=1";
}

SQLite::Database open(const database_file& f, log_at_end log) {
  check_identity(f);
  // A reader as well needs to write: to the shared index of the WAL.
  SQLite::Database db =
      is_at_rest_on_read_only(f)
          ? connect_to_look(f)
          : SQLite::Database(as_file_name(f.path), one_thread | SQLite::OPEN_READWRITE,
                             busy_milliseconds, f.vfs);
  ::sqlite3_extended_result_codes(db.getHandle(), 1);
  // Before anything is read: what is no database would be closed at once, and its log removed.
  if (log == log_at_end::left)
    ::sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  db.exec("PRAGMA trusted_schema=OFF");
  db.exec("PRAGMA cell_size_check=ON");
  db.exec("PRAGMA temp_store=MEMORY"); // nothing is written beside the database
  // With less than FULL, what was acknowledged is lost with the power. EXTRA is FULL, and for the
  // moment before the WAL: a rollback journal that came back would take the database with it.
  db.exec("PRAGMA synchronous=EXTRA");
  return db;
}

} // namespace

SQLite::Database connect_to_look(const database_file& f) {
  const bool at_rest = is_at_rest_on_read_only(f);
  return {at_rest ? immutable_uri(f.path) : as_file_name(f.path),
          one_thread | SQLite::OPEN_READONLY | (at_rest ? SQLite::OPEN_URI : 0), busy_milliseconds,
          f.vfs};
}

SQLite::Database connect(const database_file& f) {
  return open(f, log_at_end::moved);
}

result<bool> prepare_file(const database_file& f) {
  const int made = ::open(f.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    ::close(made);
    if (const int error = sync_directory_of(f.path))
      return unusable(f, fmt::format("cannot be made durably: {}", errno_text(error)));
    return true;
  }
  if (const int error = errno; error != EEXIST) {
    const auto found = find_obstacle_or_lack(f);
    return unusable(f, fmt::format("cannot be made: {}", found ? *found : errno_text(error)));
  }
  if (auto usable = check_can_be_written(f); !usable) return usable.error();
  return false;
}

result<void> check_is_file(const database_file& f) {
  for (const char* suffix : suffixes)
    if (const auto wrong = wrong_kind_of(f.path + suffix))
      return unusable(f, fmt::format("cannot be used: {}", *wrong));
  return {};
}

result<void> check_can_be_written(const database_file& f) {
  if (auto file = check_is_file(f); !file) return file;
  if (const auto found = find_obstacle(f))
    return unusable(f, fmt::format("cannot be written to: {}", *found));
  return {};
}

void prepare_to_write(SQLite::Database& db) {
  db.exec("PRAGMA journal_mode=WAL");
  db.exec("PRAGMA secure_delete=ON");
  db.exec("PRAGMA foreign_keys=ON");
  db.exec("PRAGMA cache_size=-16384");             // KiB
  db.exec("PRAGMA journal_size_limit=67108864");   // a WAL that had to grow is cut again
  ::sqlite3_wal_autocheckpoint(db.getHandle(), 0); // the store says when: after the answers
}

SQLite::Database connect_for_writing(const database_file& f) {
  SQLite::Database db = connect(f);
  prepare_to_write(db);
  return db;
}

SQLite::Database connect_for_reading(const database_file& f) {
  // The WAL of a server that runs, or was killed, is the server's to move to the database.
  const bool has_wal = is_there(f.path + "-wal");
  SQLite::Database db = open(f, f.identity || has_wal ? log_at_end::left : log_at_end::moved);
  db.exec("PRAGMA query_only=ON");
  db.exec("PRAGMA cache_size=-8192");
  return db;
}

bool is_outside(const SQLite::Exception& e) noexcept {
  switch (e.getErrorCode() & 0xFF) {
  case SQLITE_NOTADB:
  case SQLITE_CORRUPT:
  case SQLITE_ERROR: // another schema
    return false;
  default:
    return true;
  }
}

bool is_outside(const failure& f) noexcept {
  return f.code == error_code(EIO, boost::system::generic_category());
}

bool is_outside(std::string_view said) noexcept {
  constexpr std::string_view before = "error code=";
  const auto at = said.find(before);
  if (at == said.npos) return false;
  int code = 0;
  const auto number = said.substr(at + before.size());
  std::from_chars(number.data(), number.data() + number.size(), code);
  return code != 0 && (code & 0xFF) != SQLITE_CORRUPT && (code & 0xFF) != SQLITE_NOTADB;
}

bool is_damage(const SQLite::Exception& e) noexcept {
  return (e.getErrorCode() & 0xFF) == SQLITE_CORRUPT;
}

bool is_full(const SQLite::Exception& e) noexcept {
  return (e.getErrorCode() & 0xFF) == SQLITE_FULL || is_full_index(e);
}

namespace {

/// What SQLite says of a damaged file may quote its bytes.
std::string words_of(const SQLite::Exception& e) {
  return sanitize_for_log(e.what(), 500);
}

failure reason(const database_file& f, const SQLite::Exception& e) {
  if (e.getErrorCode() == SQLITE_READONLY_DBMOVED ||
      e.getExtendedErrorCode() == SQLITE_READONLY_DBMOVED) {
    return moved(f);
  }
  if (is_full(e)) return unusable(f, "cannot be written to: the disk is full; make room on it");
  if (e.getErrorCode() == SQLITE_CANTOPEN && !is_there(f.path))
    return unusable(f, "does not exist");
  const auto obstacle = [&](const std::string& otherwise) {
    const auto found = find_obstacle_or_lack(f);
    return unusable(
        f, fmt::format("cannot be used ({}): {}", words_of(e), found ? *found : otherwise));
  };
  switch (e.getErrorCode() & 0xFF) {
  case SQLITE_NOTADB:
    if (f.what == "journal")
      return unusable(f, "is no SQLite database: move it away, or restore a backup");
    return unusable(f, "is damaged (it is no SQLite database): restore it from a copy");
  case SQLITE_CORRUPT:
    return unusable(
        f, fmt::format("is damaged ({}): {}", words_of(e),
                       f.what == "journal" ? "restore a backup" : "restore it from a copy"));
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    return obstacle("let its owner write to it and to its directory");
  case SQLITE_BUSY:
    return unusable(f, "is locked by another program that has it open: close that one");
  case SQLITE_IOERR:
    return unusable(f,
                    fmt::format("cannot be read or written, since the disk fails ({}, code {}): "
                                "look at the disk; on one that fails a backup is of no use",
                                words_of(e), std::max(e.getExtendedErrorCode(), e.getErrorCode())));
  default:
    return unusable(f, fmt::format("cannot be used: {}", words_of(e)));
  }
}

} // namespace

failure explain(const database_file& f, const SQLite::Exception& e) {
  failure why = reason(f, e);
  if (is_outside(e)) why.code = error_code(EIO, boost::system::generic_category());
  return why;
}

failure explain(const database_file& f, const damage& e) {
  return unusable(f,
                  fmt::format("cannot be used: {}; restore a backup, and the keys.db that belongs "
                              "to it",
                              e.what()));
}

} // namespace asio_chat::sqlite
