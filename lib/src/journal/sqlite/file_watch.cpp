#include "journal/sqlite/file_watch.hpp"

#include "journal/sqlite/verify.hpp"
#include "journal/sqlite/writer_connection.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

namespace asio_chat::sqlite {

std::optional<file_watch::stamp> file_watch::stamp_now() const noexcept {
  struct stat status {};
  if (::stat(file_.path.c_str(), &status) != 0) return {};
  return stamp{{status.st_dev, status.st_ino},
               status.st_mtim.tv_sec,
               status.st_mtim.tv_nsec,
               status.st_size};
}

void file_watch::check() {
  if (!file_.identity) return;
  const auto now = stamp_now();
  if (!now || now->identity != *file_.identity) check_identity(file_);
  if (!written_over_ && now == stamp_) return;
  if (!written_over_) {
    const auto report = verify(file_, keys_);
    if (report && report->good()) {
      stamp_ = now;
      return;
    }
    if (!report && is_outside(report.error()))
      throw SQLite::Exception(report.error().message, SQLITE_IOERR);
    written_over_ = true;
  }
  throw SQLite::Exception(changed_by_another("the file was written over"), SQLITE_CORRUPT);
}

} // namespace asio_chat::sqlite
