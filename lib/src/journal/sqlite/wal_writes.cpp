#include "journal/sqlite/wal_writes.hpp"

#include <cstddef>
#include <cstring>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

/// Thirty pages. SQLite's `unixWrite` writes no more than 0x1ffff bytes in one call, and of 0x20000
/// none.
constexpr std::size_t max_gathered = 0x1ffff;

} // namespace

/// Takes the place of the methods of SQLite's file, and so is found from it. What could not be
/// written stays here, and is tried again: SQLite was told that it was written.
struct wal_writes::file : sqlite3_io_methods {
  explicit file(sqlite3_file& opened)
      : sqlite3_io_methods()
      , of(opened)
      , real(*opened.pMethods)
      , bytes(std::make_unique_for_overwrite<char[]>(max_gathered)) {
    iVersion = 1; // a WAL has no locks and no shared memory of its own
    xClose = [](sqlite3_file* f) { return from(f).close(); };
    xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
      return from(f).after_writing([&](file& w) { return w.real.xRead(f, to, size, at); });
    };
    xWrite = [](sqlite3_file* f, const void* said, int size, sqlite3_int64 at) {
      return from(f).write(static_cast<const char*>(said), static_cast<std::size_t>(size), at);
    };
    xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      return from(f).after_writing([&](file& w) { return w.real.xTruncate(f, size); });
    };
    xSync = [](sqlite3_file* f, int flags) {
      return from(f).after_writing([&](file& w) { return w.real.xSync(f, flags); });
    };
    xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return from(f).after_writing([&](file& w) { return w.real.xFileSize(f, size); });
    };
    xLock = real.xLock;
    xUnlock = real.xUnlock;
    xCheckReservedLock = real.xCheckReservedLock;
    xFileControl = real.xFileControl;
    xSectorSize = real.xSectorSize;
    xDeviceCharacteristics = real.xDeviceCharacteristics;
    of.pMethods = this;
  }

  static file& from(sqlite3_file* f) noexcept {
    return *static_cast<file*>(const_cast<sqlite3_io_methods*>(f->pMethods));
  }

  /// What was committed was synced, and so is not here any more.
  int close() noexcept {
    of.pMethods = &real;
    return real.xClose(&of);
  }

  int write(const char* from, std::size_t size, sqlite3_int64 at) noexcept {
    if (gathered > 0 &&
        (at != begin + static_cast<sqlite3_int64>(gathered) || gathered + size > max_gathered)) {
      if (const int failed = write_gathered(); failed != SQLITE_OK) return failed;
    }
    if (size > max_gathered) return real.xWrite(&of, from, static_cast<int>(size), at);
    if (gathered == 0) begin = at;
    std::memcpy(bytes.get() + gathered, from, size);
    gathered += size;
    return SQLITE_OK;
  }

  int write_gathered() noexcept {
    if (gathered == 0) return SQLITE_OK;
    const int done = real.xWrite(&of, bytes.get(), static_cast<int>(gathered), begin);
    if (done == SQLITE_OK) gathered = 0;
    return done;
  }

  template <class Call>
  int after_writing(Call call) noexcept {
    const int done = write_gathered();
    return done == SQLITE_OK ? call(*this) : done;
  }

  sqlite3_file& of;
  const sqlite3_io_methods& real;
  std::unique_ptr<char[]> bytes;
  std::size_t gathered = 0;
  sqlite3_int64 begin = 0; ///< where it belongs
};

wal_writes::wal_writes() = default;
wal_writes::~wal_writes() = default;

void wal_writes::gather(SQLite::Database& db) {
  sqlite3_file* wal = nullptr;
  const int asked =
      ::sqlite3_file_control(db.getHandle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (asked == SQLITE_OK && wal && wal->pMethods) file_ = std::make_unique<file>(*wal);
}

} // namespace asio_chat::sqlite
