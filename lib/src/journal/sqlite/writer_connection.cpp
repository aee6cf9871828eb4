#include "journal/sqlite/writer_connection.hpp"

#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/state_check.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

namespace {

// A checkpoint takes as long as what it moves, and whoever speaks meanwhile waits for it: so it
// comes early. But not after each of a few large commits, which have many pages in common.
constexpr int min_wal_pages = 128; // 512 KiB
constexpr int min_wal_commits = 8;
constexpr int max_wal_pages = 2'000;

} // namespace

std::string changed_by_another(const std::string& what) {
  return "another program has changed it while the server runs (" + what +
         "): nothing is kept from here on; stop the server, and see what asio-chatd verify says";
}

writer_connection::writer_connection(database_file f, SQLite::Database opened, const key_ring& keys,
                                     const run_id& of, file_watch& watch)
    : db(std::move(opened))
    , head(keys)
    , rooms(db, keys, &head.sums())
    , records(db)
    , turns(db, &head.sums())
    , names(db, keys, &head.sums())
    , people(db, keys, &head.sums())
    , keys_(keys)
    , file_(std::move(f))
    , watch_(watch)
    , run_(of)
    , begin_(db, "BEGIN IMMEDIATE")
    , commit_(db, "COMMIT")
    , version_(db, "PRAGMA data_version")
    , known_version_(read_version()) {
  head.load(db);
  ::sqlite3_wal_hook(db.getHandle(), &writer_connection::note_commit, this);
}

writer_connection::~writer_connection() {
  // SQLite would remove the WAL by its name, and that may belong to another file by now.
  if (file_.identity && identity_of(file_.path) != file_.identity)
    ::sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void writer_connection::begin() {
  if (under_way_) return;
  run(begin_);
  under_way_ = true;
  before_ = head.now();
  if (read_version() != known_version_) look_at_changes();
}

void writer_connection::check_is_alone() {
  if (under_way_ || read_version() == known_version_) return;
  begin();
  roll_back();
}

/// A checkpoint of another program's changes nothing; whatever else was written did not move the
/// head, or moved it.
void writer_connection::look_at_changes() {
  std::string what = "its head is another one";
  try {
    head_row there(keys_);
    there.load(db);
    if (there.name() == head.name()) {
      what.clear();
      const auto found = check_state(db, head, keys_, tables_read::all);
      if (!found.changed.empty()) what = describe_change(found.changed.front());
    }
  } catch (const damage& e) {
    what = e.what();
  }
  if (!what.empty()) throw SQLite::Exception(changed_by_another(what), SQLITE_CORRUPT);
  known_version_ = read_version();
}

std::int64_t writer_connection::read_version() {
  version_.executeStep();
  const std::int64_t version = version_.getColumn(0).getInt64();
  version_.reset();
  return version;
}

void writer_connection::commit() {
  if (!under_way_) return;
  watch_.check();
  if (head.sums().all() != before_.sums || keys_.changes() > before_.keys) head.move(db, run_);
  run(commit_);
  under_way_ = false;
}

void writer_connection::roll_back() noexcept {
  if (std::exchange(under_way_, false)) head.set(before_);
  if (::sqlite3_get_autocommit(db.getHandle()) == 0) db.tryExec("ROLLBACK");
}

bool writer_connection::wal_is_in_place() noexcept {
  const auto now = identity_of(wal_of(file_).path);
  if (!wal_) wal_ = now;
  return wal_ == now;
}

int writer_connection::note_commit(void* of, sqlite3*, const char*, int pages) noexcept {
  auto& self = *static_cast<writer_connection*>(of);
  if (pages < self.wal_pages_) self.moved_pages_ = 0; // the log begins anew
  self.wal_pages_ = pages;
  ++self.wal_commits_;
  return SQLITE_OK;
}

void writer_connection::checkpoint_if_due() {
  // While somebody reads, SQLite goes on behind what was moved instead of beginning anew.
  const int pages = wal_pages_ - std::min(moved_pages_, wal_pages_);
  if (pages < min_wal_pages) return;
  if (wal_commits_ < min_wal_commits && pages < max_wal_pages) return;
  wal_commits_ = 0;
  int done = SQLITE_OK;
  int moved = 0;
  watch_.note_after([&] {
    done = ::sqlite3_wal_checkpoint_v2(db.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                       &moved);
  });
  moved_pages_ = std::max(moved, 0); // -1: nobody knows
  if (done != SQLITE_OK && done != SQLITE_BUSY) throw SQLite::Exception(db.getHandle(), done);
}

} // namespace asio_chat::sqlite
