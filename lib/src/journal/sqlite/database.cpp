#include "journal/sqlite/database.hpp"

#include "base/file.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

constexpr int busy_milliseconds = 5'000; // another tool looks into the file

failure unusable(const database_file& f, const std::string& why) {
  return fail(errc::storage_failed, fmt::format("the journal '{}' {}", f.path, why));
}

/// What SQLite makes of a full disk when it has to make the WAL's shared index longer.
bool is_full_index(const SQLite::Exception& e) noexcept {
  return e.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE;
}

} // namespace

std::optional<file_identity> identity_of(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return file_identity{status.st_dev, status.st_ino};
}

void check_identity(const database_file& f) {
  if (f.identity && identity_of(f.path) != f.identity)
    throw SQLite::Exception("the file has been moved", SQLITE_READONLY_DBMOVED);
}

SQLite::Database connect(const database_file& f) {
  check_identity(f);
  // A reader as well needs to write: to the shared index of the WAL.
  SQLite::Database db(f.path, SQLite::OPEN_READWRITE, busy_milliseconds, f.vfs);
  ::sqlite3_extended_result_codes(db.getHandle(), 1);
  db.exec("PRAGMA trusted_schema=OFF");
  db.exec("PRAGMA cell_size_check=ON");
  db.exec("PRAGMA temp_store=MEMORY"); // nothing is written beside the database
  // With less than FULL, what was acknowledged is lost with the power. EXTRA is FULL, and for the
  // moment before the WAL: a rollback journal that came back would take the database with it.
  db.exec("PRAGMA synchronous=EXTRA");
  return db;
}

result<bool> prepare_file(const database_file& f) {
  const int made = ::open(f.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    ::close(made);
    if (const int error = sync_directory_of(f.path))
      return unusable(f, fmt::format("cannot be made durably: {}", errno_text(error)));
    return true;
  }
  if (errno != EEXIST)
    return unusable(f, fmt::format("cannot be made: {}; choose another directory with --data",
                                   errno_text(errno)));
  if (auto usable = check_can_be_written(f); !usable) return usable.error();
  return false;
}

result<void> check_is_file(const database_file& f) {
  struct stat status {};
  if (::stat(f.path.c_str(), &status) != 0)
    return errno == ENOENT ? result<void>()
                           : unusable(f, fmt::format("cannot be looked at: {}", errno_text(errno)));
  if (!S_ISREG(status.st_mode)) return unusable(f, "is no file: move it away");
  return {};
}

result<void> check_can_be_written(const database_file& f) {
  if (auto file = check_is_file(f); !file) return file;
  if (::faccessat(AT_FDCWD, f.path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    return unusable(f, fmt::format("cannot be written to: {}; allow it with: chmod 600 '{}', or "
                                   "choose another directory with --data",
                                   errno_text(errno), f.path));
  }
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
  SQLite::Database db = connect(f);
  // Beside a writer that goes by the identity, moving the WAL to the database is the writer's.
  if (f.identity) ::sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  db.exec("PRAGMA query_only=ON");
  db.exec("PRAGMA cache_size=-8192");
  return db;
}

bool is_damage(const SQLite::Exception& e) noexcept {
  return (e.getErrorCode() & 0xFF) == SQLITE_CORRUPT;
}

bool is_full(const SQLite::Exception& e) noexcept {
  return (e.getErrorCode() & 0xFF) == SQLITE_FULL || is_full_index(e);
}

failure explain(const database_file& f, const SQLite::Exception& e) {
  if (e.getErrorCode() == SQLITE_READONLY_DBMOVED) {
    return unusable(f, "has been removed, or another file has been put in its place, while the "
                       "server runs: nothing is kept from here on; put the same file back, or stop "
                       "the server before files are exchanged");
  }
  if (is_full(e)) return unusable(f, "cannot be written to: the disk is full; make room on it");
  switch (e.getErrorCode() & 0xFF) {
  case SQLITE_NOTADB:
    return unusable(f, "is no SQLite database: move it away, or restore a backup");
  case SQLITE_CORRUPT:
    return unusable(f, fmt::format("is damaged ({}): restore a backup", e.what()));
  case SQLITE_READONLY:
    return unusable(f, fmt::format("cannot be written to ({}): let its owner write to it and to "
                                   "its directory",
                                   e.what()));
  case SQLITE_BUSY:
    return unusable(f, "is locked by another program that has it open: close that one");
  case SQLITE_CANTOPEN:
    return unusable(
        f, fmt::format("cannot be opened ({}): look at its directory's owner and mode", e.what()));
  case SQLITE_IOERR:
    return unusable(f, fmt::format("cannot be read or written ({}, code {}): look at the disk",
                                   e.what(), e.getExtendedErrorCode()));
  default:
    return unusable(f, fmt::format("cannot be used: {}", e.what()));
  }
}

failure explain(const database_file& f, const damage& e) {
  return unusable(f,
                  fmt::format("cannot be used: {}; restore a backup, and the keys.db that belongs "
                              "to it",
                              e.what()));
}

} // namespace asio_chat::sqlite
