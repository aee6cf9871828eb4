// How the database of a key ring is opened: made, checked, recovered, brought up to date.
#include "journal/sqlite/key_file.hpp"

#include "base/file.hpp"
#include "base/file_access.hpp"
#include "journal/sqlite/wal_check.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

constexpr int application_id = 0x41436b72; // "ACkr"
constexpr int busy_milliseconds = 5'000;   // tools look into the ring of a daemon that runs
constexpr key_file::owner no_room{};

constexpr const char* table_of_keys_1 =
    "CREATE TABLE keys (owner BLOB NOT NULL, number INTEGER NOT NULL, master BLOB, wrapped BLOB, "
    "PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID";
constexpr const char* table_of_keys = "CREATE TABLE keys ("
                                      "owner BLOB NOT NULL, number INTEGER NOT NULL, "
                                      "master BLOB, wrapped BLOB, " // both NULL: destroyed
                                      "mark BLOB, "                 // of a key that was destroyed
                                      "PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID";

void prepare_to_change(SQLite::Database& db) {
  db.exec("PRAGMA secure_delete=ON"); // what is destroyed is overwritten
  // EXTRA is FULL, and the removal of the journal is on the disk too: with FULL a power cut could
  // bring it back, and with it take back a key that has been used.
  db.exec("PRAGMA synchronous=EXTRA");
  db.exec("PRAGMA journal_mode=DELETE");
}

/// A file, and no pipe or device, at which SQLite would wait; SQLite would also make it readable
/// for everybody.
const std::string& make_private(const std::string& path, key_file::use u) {
  if (auto file = check_is_file(key_database(path)); !file) throw error(file.error());
  if (auto log = check_wal(key_database(path)); !log) throw error(log.error());
  if (u == key_file::use::read) return path;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
  } else if (errno != EEXIST) {
    const int error_number = errno;
    auto why = obstacle_in(directory_of(path));
    if (!why) why = lack_of_room(directory_of(path));
    throw error(fail(errc::storage_failed, fmt::format("the key ring '{}' cannot be made: {}", path,
                                                       why ? *why : errno_text(error_number))));
  } else if (auto usable = check_can_be_written(key_database(path)); !usable) {
    throw error(usable.error());
  }
  return path;
}

} // namespace

key_file::key_file(const std::string& path, const std::vector<secret_key>& masters, use u)
    : path_(path)
    , masters_(masters.begin(), masters.end())
    , db_(as_file_name(make_private(path, u)),
          u == use::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE, busy_milliseconds) {
  identity_ = identity_of(path_);
  db_.exec("PRAGMA trusted_schema=OFF");
  db_.exec("PRAGMA temp_store=MEMORY");
  if (u == use::read) {
    try {
      check();
    } catch (const SQLite::Exception& e) {
      if ((e.getErrorCode() & 0xFF) != SQLITE_READONLY) throw;
      recover();
      check();
    }
    open_root();
    return;
  }
  prepare_to_change(db_);
  check_writing();
  if (db_.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0) make();
  check();
  // A first start of an older program made it in two steps, and may have been killed in between.
  if (db_.execAndGet("SELECT count(*) FROM keys").getInt() == 0) add({&no_room, 1});
  open_root();
  if (version_ < schema_version) add_marks();
}

SQLite::Database key_file::connect_beside(const std::string& path) {
  SQLite::Database db(as_file_name(path), SQLite::OPEN_READWRITE, busy_milliseconds);
  db.exec("PRAGMA trusted_schema=OFF");
  db.exec("PRAGMA temp_store=MEMORY");
  prepare_to_change(db);
  return db;
}

/// Now, and not when the first room is new: SQLite opens a file that it may not write to as well,
/// and needs a second one beside it for every change. A disk that is full is no reason: there will
/// be room again, and what there is can be read meanwhile.
void key_file::check_writing() {
  try {
    SQLite::Transaction tried(db_, SQLite::TransactionBehavior::IMMEDIATE);
    const int version = db_.execAndGet("PRAGMA user_version").getInt();
    db_.exec(fmt::format("PRAGMA user_version={}", version));
    // It is taken back: nothing in the file has changed.
  } catch (const SQLite::Exception& e) {
    const bool no_file = (e.getErrorCode() & 0xFF) == SQLITE_CANTOPEN;
    if (!is_full(e) && !(no_file && lack_of_room(directory_of(path_)))) throw;
  }
}

/// What a writer that was killed has left unfinished is taken back, as by any program that opens
/// the file to write to it: before that nobody can read it.
void key_file::recover() {
  db_ = SQLite::Database(as_file_name(path_), SQLite::OPEN_READWRITE, busy_milliseconds);
  db_.execAndGet("PRAGMA user_version");
  db_.exec("PRAGMA query_only=ON");
}

/// All in one commit, the root key included: a first start that is killed leaves all or nothing.
void key_file::make() {
  SQLite::Transaction changes(db_, SQLite::TransactionBehavior::IMMEDIATE);
  db_.exec(table_of_keys);
  db_.exec(fmt::format("PRAGMA application_id={}", application_id));
  db_.exec(fmt::format("PRAGMA user_version={}", schema_version));
  version_ = schema_version;
  insert(no_room, number_after(0));
  changes.commit();
}

/// Whatever is there besides would run, or be kept, when keys are made and destroyed.
std::string key_file::foreign_part() {
  SQLite::Statement all(db_, "SELECT type, name, coalesce(sql, '') FROM sqlite_schema");
  while (all.executeStep()) {
    const std::string name = all.getColumn(1).getString();
    const std::string text = all.getColumn(2).getString();
    const bool is_keys =
        name == "keys" && (text == table_of_keys || (version_ == 1 && text == table_of_keys_1));
    const bool is_ring = name == "ring" && text == table_of_ring;
    const bool is_texts = name == "texts" && text == table_of_texts;
    if (!is_keys && !is_ring && !is_texts)
      return fmt::format("{} '{}'", all.getColumn(0).getString(), name);
  }
  return {};
}

void key_file::check() {
  const auto number = [&](const char* query) { return db_.execAndGet(query).getInt(); };
  const auto complain = [&](const std::string& what) {
    throw error(fail(errc::storage_failed, fmt::format("the key ring '{}' {}", path_, what)));
  };
  if (number("PRAGMA application_id") != application_id) complain("is a database of another kind");
  version_ = number("PRAGMA user_version");
  if (version_ < 1 || version_ > texts_version) {
    complain(fmt::format("is of version {}, and this program knows version {}: use a newer program",
                         version_, texts_version));
  }
  if (db_.execAndGet("PRAGMA integrity_check(1)").getString() != "ok")
    complain("is damaged: restore it from a copy");
  if (const std::string foreign = foreign_part(); !foreign.empty())
    complain(fmt::format("has a {} that asio-chatd has not made, or that was changed: restore it "
                         "from a copy",
                         foreign));
  if (number("SELECT count(*) FROM keys WHERE number<1 OR number>4294967295") > 0)
    complain("has numbers of keys that asio-chatd does not give: restore it from a copy");
}

} // namespace asio_chat::sqlite
