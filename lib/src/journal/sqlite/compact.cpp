#include "journal/sqlite/compact.hpp"

#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/schema.hpp"

#include <filesystem>
#include <system_error>

namespace asio_chat::sqlite {

namespace {

std::uint64_t size_of(const database_file& f) {
  std::uint64_t bytes = 0;
  for (const std::string& path : {f.path, wal_of(f).path}) {
    std::error_code not_there;
    const auto size = std::filesystem::file_size(path, not_there);
    if (!not_there) bytes += size;
  }
  return bytes;
}

} // namespace

result<compact_report> compact(const std::string& directory, key_ring& keys) {
  const auto lock = data_lock::take(directory);
  if (!lock) return lock.error();
  const auto path = journal_in(directory);
  if (!path) return path.error();
  const database_file file{.path = *path, .identity = lock->identity()};
  compact_report report{.before = size_of(file)};
  // What is damaged is not written anew: it may be what a person still looks into.
  if (auto whole = check_history(file, keys); !whole) return whole.error();
  try {
    SQLite::Database db = connect_for_writing(file);
    db.exec("VACUUM");
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const SQLite::Exception& e) {
    return explain(file, e);
  }
  if (auto whole = check_history(file, keys); !whole) return whole.error();
  report.after = size_of(file);
  return report;
}

} // namespace asio_chat::sqlite
