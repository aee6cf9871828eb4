#include "journal/sqlite/writer_connection.hpp"

#include "journal/sqlite/columns.hpp"

#include <sqlite3.h>

#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr int max_wal_pages = 2'000; // 8 MB

int remember_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

} // namespace

writer_connection::writer_connection(database_file f, SQLite::Database opened, const key_ring& keys)
    : db(std::move(opened))
    , rooms(db, keys)
    , records(db)
    , turns(db)
    , names(db, keys)
    , file_(std::move(f))
    , begin_(db, "BEGIN IMMEDIATE")
    , commit_(db, "COMMIT") {
  ::sqlite3_wal_hook(db.getHandle(), remember_pages, &wal_pages_);
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
}

void writer_connection::commit() {
  if (!under_way_) return;
  check_identity(file_);
  run(commit_);
  under_way_ = false;
}

void writer_connection::roll_back() noexcept {
  under_way_ = false;
  if (::sqlite3_get_autocommit(db.getHandle()) == 0) db.tryExec("ROLLBACK");
}

bool writer_connection::wal_is_in_place() noexcept {
  const auto now = identity_of(wal_of(file_).path);
  if (!wal_) wal_ = now;
  return wal_ == now;
}

void writer_connection::checkpoint_if_due() {
  if (wal_pages_ < max_wal_pages) return;
  const int done = ::sqlite3_wal_checkpoint_v2(db.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                               nullptr, nullptr);
  if (done != SQLITE_OK && done != SQLITE_BUSY) throw SQLite::Exception(db.getHandle(), done);
}

} // namespace asio_chat::sqlite
