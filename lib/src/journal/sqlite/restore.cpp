#include "journal/sqlite/restore.hpp"

#include "base/file.hpp"
#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/key_copy.hpp"
#include "journal/sqlite/rooms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

namespace fs = std::filesystem;

/// Where the new files are until they are whole. What an attempt that was cut off left goes first.
class workshop {
 public:
  explicit workshop(const std::string& directory)
      : path_(directory + "/restore.unfinished") {
    clear();
    if (::mkdir(path_.c_str(), 0700) != 0)
      throw error(fail(errc::storage_failed,
                       fmt::format("'{}' cannot be made: {}", path_, errno_text(errno))));
  }
  ~workshop() { clear(); }
  workshop(const workshop&) = delete;
  workshop& operator=(const workshop&) = delete;

  std::string journal() const { return path_ + "/journal.db"; }
  std::string keys() const { return path_ + "/keys.db"; }

 private:
  void clear() noexcept {
    std::error_code ignored; // then making it fails, and says why
    fs::remove_all(path_, ignored);
  }

  std::string path_;
};

void move(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    throw error(fail(errc::storage_failed,
                     fmt::format("'{}' cannot be moved to '{}': {}", from, to, errno_text(errno))));
}

/// To be on the disk before it gets its name, and nobody else's.
file_descriptor finish(const std::string& path, const std::string& directory) {
  file_descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct stat owner {};
  int failed = file.get() < 0 || ::stat(directory.c_str(), &owner) != 0 ? errno : 0;
  if (failed == 0 && ::geteuid() == 0 && ::fchown(file.get(), owner.st_uid, owner.st_gid) != 0)
    failed = errno;
  if (failed == 0 && (::fchmod(file.get(), 0600) != 0 || ::fsync(file.get()) != 0)) failed = errno;
  if (failed != 0)
    throw error(fail(errc::storage_failed, fmt::format("'{}' cannot be brought to the disk: {}",
                                                       path, errno_text(failed))));
  return file;
}

/// The first name for it that is free, with those beside it.
std::string name_for_old(const std::string& journal) {
  for (int n = 1;; ++n) {
    std::string name = fmt::format("{}.replaced-{}", journal, n);
    if (!is_there(name) && !is_there(name + "-wal")) return name;
  }
}

/// The journal that an attempt which was cut off has put aside.
std::string put_aside_before(const std::string& journal) {
  std::string newest;
  for (int n = 1;; ++n) {
    std::string name = fmt::format("{}.replaced-{}", journal, n);
    if (!is_there(name)) return newest;
    newest = std::move(name);
  }
}

/// All of a journal in one file.
result<void> fold_log(const database_file& journal) {
  try {
    auto db = connect_for_writing(journal);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return {};
  } catch (const SQLite::Exception& e) {
    return explain(journal, e);
  }
}

/// What `old` has beyond `restored`.
std::vector<restore_report::loss> losses(const std::vector<known_room>& old,
                                         const std::vector<known_room>& restored) {
  std::vector<restore_report::loss> lost;
  for (const known_room& room : old) {
    const auto now = std::ranges::find(restored, room.name, &known_room::name);
    // A room that began anew after the backup, or came after it, is lost as a whole.
    const std::uint64_t kept = now == restored.end() ? 0 : common_end(room.row, now->row);
    const std::uint64_t first = std::max(kept + 1, room.row.first);
    if (first <= room.row.head) lost.push_back({room.name, first, room.row.head});
  }
  return lost;
}

void compare(const database_file& old, const database_file& restored, key_ring& keys,
             restore_report& report) {
  // Rows that were changed or taken out tell too little.
  const auto is_whole = check_history(old, keys);
  const auto was = is_whole ? rooms_in(old, keys) : is_whole.error();
  if (was) {
    report.lost = losses(*was, rooms_in(restored, keys).value());
  } else {
    report.unknown_loss = was.error().message;
  }
}

verify_report check(const restore_request& r, const database_file& copy, key_ring& keys,
                    const progress_function& tell) {
  verify_report found = verify(copy, keys, tell).value();
  if (found.good()) return found;
  const auto& first = found.bad.front();
  throw error(fail(errc::storage_failed,
                   fmt::format("the backup '{}' is not restored: it is damaged, or '{}' is older "
                               "than it or of another server ({}{})",
                               r.file, keys.path(),
                               first.room.empty() ? "" : "#" + first.room + ": ", first.why)));
}

/// @return the keys' file
std::string find_keys(const restore_request& r, const workshop& made, restore_report& report) {
  // What is in the directory is newer, and knows what was destroyed.
  const std::string own = r.directory + "/keys.db";
  if (is_there(own)) return own;
  const std::string copy = key_copy_of(r.file);
  if (!is_there(copy)) {
    throw error(fail(errc::bad_setting,
                     fmt::format("there are no keys for the backup: neither '{}' nor '{}', which "
                                 "backup --with-keys makes; put the newest copy of keys.db there, "
                                 "and the master key",
                                 own, copy)));
  }
  const std::string passphrase = r.passphrase().value();
  place_key_copy(copy, passphrase, made.keys(), r.masters).value();
  report.with_keys = true;
  return made.keys();
}

restore_report try_to_restore(const restore_request& r, const progress_function& tell) {
  const database_file journal{r.directory + "/journal.db"};
  if (std::error_code none; fs::is_symlink(journal.path, none))
    throw error(
        fail(errc::bad_setting,
             fmt::format("'{}' is a link, and a restore puts a file there: move the link away "
                         "first, and make it anew to the restored file if you want to",
                         journal.path)));
  check_is_file({.path = r.file, .what = "backup"}).value();
  std::error_code not_there;
  const bool has_old = fs::file_size(journal.path, not_there) > 0 && !not_there;
  const auto lock = data_lock::take(r.directory).value();
  if (identity_of(r.file) == lock.identity())
    throw error(fail(errc::bad_setting,
                     fmt::format("'{}' is the journal of this directory, and no backup", r.file)));
  const bool was_cut_off = is_there(r.directory + "/restore.unfinished");
  const workshop made(r.directory);
  const database_file copy{.path = made.journal(), .what = "backup"};
  copy_journal({.path = r.file, .what = "backup"}, copy, tell, r.as_reader).value();

  restore_report report;
  const std::string ring = find_keys(r, made, report);
  {
    const auto keys = key_ring::open_to_read(ring, r.masters).value();
    report.restored = check(r, copy, *keys, tell);
    // Of a version that has a head: one without would be refused beside keys that know of one.
    mark_as_copy(copy, *keys).value();
    if (has_old) {
      compare(journal, copy, *keys, report);
    } else if (was_cut_off) {
      report.moved_journal = put_aside_before(journal.path);
      if (!report.moved_journal.empty())
        compare({.path = report.moved_journal}, copy, *keys, report);
    }
  }
  // The keys first: with them, and no journal, no daemon starts.
  if (report.with_keys) {
    finish(made.keys(), r.directory);
    move(made.keys(), r.directory + "/keys.db");
  }
  const file_descriptor restored = finish(copy.path, r.directory);
  if (const int failed = try_lock(restored))
    throw error(fail(errc::storage_failed,
                     fmt::format("'{}' cannot be locked: {}", copy.path, errno_text(failed))));
  const std::string aside = name_for_old(journal.path);
  if (has_old) {
    // What cannot be read is left as it is, with its log.
    if (report.unknown_loss.empty()) fold_log(journal).value();
    report.moved_journal = aside;
    move(journal.path, aside);
  }
  for (const char* beside : {"-wal", "-shm"}) {
    if (is_there(journal.path + beside)) move(journal.path + beside, aside + beside);
  }
  move(copy.path, journal.path);
  if (const int failed = sync_directory_of(journal.path))
    throw error(fail(errc::storage_failed, fmt::format("'{}' cannot be brought to the disk: {}",
                                                       r.directory, errno_text(failed))));
  return report;
}

} // namespace

result<restore_report> restore(const restore_request& r, const progress_function& tell) {
  try {
    return try_to_restore(r, tell);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

} // namespace asio_chat::sqlite
