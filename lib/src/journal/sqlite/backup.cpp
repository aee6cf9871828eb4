#include "journal/sqlite/backup.hpp"

#include "base/atomic_file.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/start_checks.hpp"
#include "journal/sqlite/wal_check.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

constexpr int pages_at_once = 256; // 1 MiB
constexpr std::chrono::milliseconds between_tries{20};

failure not_backed_up(const std::string& to, const std::string& why) {
  return fail(errc::storage_failed, fmt::format("the backup '{}' {}", to, why));
}

/// What SQLite leaves beside a copy when the disk is full, for instance. Nobody needs it.
struct files_beside {
  explicit files_beside(std::string of)
      : path(std::move(of)) {}
  ~files_beside() {
    for (const char* suffix : {"-wal", "-shm", "-journal"})
      ::unlink((path + suffix).c_str());
  }
  files_beside(const files_beside&) = delete;
  files_beside& operator=(const files_beside&) = delete;

  std::string path;
};

/// The source of a copy, whose files are opened and closed by who may read it.
class opened_source {
 public:
  explicit opened_source(const act_as_reader& as_reader)
      : as_reader_(as_reader)
      , reader_(act()) {}
  ~opened_source() {
    if (!reader_) reader_ = act();
  }
  opened_source(const opened_source&) = delete;
  opened_source& operator=(const opened_source&) = delete;

  result<void> open(const database_file& from) {
    if (auto file = check_is_file(from); !file) return file.error();
    if (auto log = check_wal(from); !log) return log.error();
    database_.emplace(connect_for_reading(from));
    // Without a snapshot that lasts, whatever is written meanwhile makes the copy begin again.
    snapshot_.emplace(*database_);
    if (auto version = version_of(*database_, from, journal_schema()); !version)
      return version.error();
    reader_.reset(); // it has opened all that it needs
    return {};
  }
  SQLite::Database& database() noexcept { return *database_; }

 private:
  std::shared_ptr<void> act() const { return as_reader_ ? as_reader_() : nullptr; }

  const act_as_reader& as_reader_;
  std::shared_ptr<void> reader_; ///< until the two below are closed
  std::optional<SQLite::Database> database_;
  std::optional<SQLite::Transaction> snapshot_;
};

/// Whatever is only read there is no copy's.
bool is_of_source(const SQLite::Exception& e) {
  switch (e.getErrorCode()) {
  case SQLITE_IOERR_READ:
  case SQLITE_IOERR_SHORT_READ:
  case SQLITE_IOERR_CORRUPTFS:
  case SQLITE_IOERR_DATA:
    return true;
  default:
    return is_damage(e);
  }
}

/// A journal is not of before it had a head, if its keys know of one.
result<void> check_is_of_ring(const database_file& copy, const database_file& from,
                              key_ring& keys) {
  try {
    SQLite::Database db(as_file_name(copy.path), SQLite::OPEN_READONLY, 0, copy.vfs);
    return check_has_head(db, from, keys);
  } catch (const SQLite::Exception& e) {
    return explain(copy, e);
  }
}

} // namespace

void copy_pages(SQLite::Database& from, SQLite::Database& to, const progress_function& tell) {
  SQLite::Backup copy(to, from);
  for (;;) {
    const int done = copy.executeStep(pages_at_once);
    if (done == SQLITE_DONE) return;
    if (done != SQLITE_OK) std::this_thread::sleep_for(between_tries);
    const int total = copy.getTotalPageCount();
    if (tell)
      tell("copied", static_cast<std::uint64_t>(total - copy.getRemainingPageCount()),
           static_cast<std::uint64_t>(total));
  }
}

result<void> check_is_journal(const database_file& f) {
  if (auto file = check_is_file(f); !file) return file;
  if (auto log = check_wal(f); !log) return log;
  try {
    SQLite::Database db = connect_for_reading(f);
    const auto version = version_of(db, f, journal_schema());
    return version ? result<void>() : version.error();
  } catch (const SQLite::Exception& e) {
    return explain(f, e);
  }
}

result<void> copy_journal(const database_file& from, const database_file& to,
                          const progress_function& tell, const act_as_reader& as_reader) {
  opened_source source(as_reader);
  try {
    if (auto opened = source.open(from); !opened) return opened;
    try {
      SQLite::Database copy(as_file_name(to.path), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0,
                            to.vfs);
      copy.exec("PRAGMA journal_mode=OFF"); // whatever fails, there is no such file then
      copy.exec("PRAGMA synchronous=OFF");  // it is synced once, at the end
      copy_pages(source.database(), copy, tell);
      copy.exec("PRAGMA journal_mode=DELETE"); // one file, which can be read where it is
      return {};
    } catch (const SQLite::Exception& e) {
      if (is_of_source(e)) return explain(from, e);
      return explain(to, e);
    }
  } catch (const SQLite::Exception& e) {
    return explain(from, e);
  }
}

result<void> mark_as_copy(const database_file& copy, const key_ring& keys) {
  try {
    SQLite::Database db(as_file_name(copy.path), SQLite::OPEN_READWRITE, 0, copy.vfs);
    db.exec("PRAGMA synchronous=OFF"); // it is synced when it gets its name
    if (auto done = bring_up_to_date(db, copy, journal_schema(&keys)); !done) return done;
    SQLite::Transaction all(db, SQLite::TransactionBehavior::IMMEDIATE);
    head_row head(keys);
    head.load(db);
    head.mark_as_copy(true);
    head.write_again(db);
    all.commit();
    return {};
  } catch (const SQLite::Exception& e) {
    return explain(copy, e);
  } catch (const damage& e) {
    return explain(copy, e);
  }
}

result<verify_report> back_up(const database_file& from, const std::string& to, key_ring& keys,
                              const progress_function& tell,
                              const std::function<void()>& make_the_rest,
                              const act_as_reader& as_reader) {
  auto made = atomic_file::make(to, existing::refused);
  if (!made) return made.error();
  const database_file copy{.path = made->unfinished(), .vfs = from.vfs, .what = "backup"};
  const files_beside leftovers(copy.path);
  if (auto copied = copy_journal(from, copy, tell, as_reader); !copied) return copied.error();
  if (auto head = check_is_of_ring(copy, from, keys); !head) return head.error();
  auto report = verify(copy, keys, tell);
  if (!report) return report;
  if (!report->good()) {
    const auto& first = report->bad.front();
    return not_backed_up(to,
                         fmt::format("is not made: the journal is damaged ({}{}); see what "
                                     "asio-chatd verify says",
                                     first.room.empty() ? "" : "#" + first.room + ": ", first.why));
  }
  if (auto marked = mark_as_copy(copy, keys); !marked) return marked.error();
  if (make_the_rest) make_the_rest();
  if (auto done = made->publish(); !done) return done.error();
  return report;
}

} // namespace asio_chat::sqlite
