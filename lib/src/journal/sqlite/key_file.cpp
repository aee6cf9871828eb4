#include "journal/sqlite/key_file.hpp"

#include "journal/sqlite/binary.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::sqlite {

namespace {

constexpr int application_id = 0x41436b72; // "ACkr"
constexpr int schema_version = 1;
constexpr int busy_milliseconds = 5'000; // tools look into the ring of a daemon that runs

std::string blob(const key_file::owner& o) {
  return {o.begin(), o.end()};
}

void bind_blob(SQLite::Statement& s, int index, const std::string& bytes) {
  s.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

/// A key opens at its own place in the ring only.
std::string place_of(const key_file::owner& o, std::uint32_t number) {
  std::string bytes = "asio-chat key 1";
  bytes.append(o.begin(), o.end());
  put_fixed(bytes, number);
  return bytes;
}

std::vector<master_key> master_keys(const std::vector<secret_key>& keys) {
  return {keys.begin(), keys.end()};
}

key_file::owner owner_in(const std::string& bytes) {
  key_file::owner o{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), o.size()), o.begin());
  return o;
}

/// A file, and no pipe or device, at which SQLite would wait; SQLite would also make it readable
/// for everybody.
const std::string& make_private(const std::string& path, key_file::use u) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw error(fail(errc::storage_failed,
                     fmt::format("the key ring '{}' is no file: move it away", path)));
  }
  if (u == key_file::use::read) return path;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
  } else if (errno != EEXIST) {
    throw error(fail(errc::storage_failed, fmt::format("the key ring '{}' cannot be made: {}", path,
                                                       std::generic_category().message(errno))));
  }
  return path;
}

} // namespace

key_file::key_file(const std::string& path, const std::vector<secret_key>& masters, use u)
    : path_(path)
    , masters_(master_keys(masters))
    , db_(make_private(path, u), u == use::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE,
          busy_milliseconds) {
  db_.exec("PRAGMA trusted_schema=OFF");
  db_.exec("PRAGMA temp_store=MEMORY");
  if (u == use::read) {
    check();
    return;
  }
  db_.exec("PRAGMA secure_delete=ON"); // what is destroyed is overwritten
  // EXTRA is FULL, and the removal of the journal is on the disk too: with FULL a power cut could
  // bring it back, and with it take back a key that has been used.
  db_.exec("PRAGMA synchronous=EXTRA");
  db_.exec("PRAGMA journal_mode=DELETE");
  if (db_.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0) make();
  check();
}

void key_file::make() {
  SQLite::Transaction changes(db_, SQLite::TransactionBehavior::IMMEDIATE);
  db_.exec("CREATE TABLE IF NOT EXISTS keys ("
           "owner BLOB NOT NULL, number INTEGER NOT NULL, "
           "master BLOB, wrapped BLOB, " // both NULL: destroyed
           "PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID");
  db_.exec(fmt::format("PRAGMA application_id={}", application_id));
  db_.exec(fmt::format("PRAGMA user_version={}", schema_version));
  changes.commit();
}

void key_file::check() {
  const auto number = [&](const char* query) { return db_.execAndGet(query).getInt(); };
  const auto complain = [&](const std::string& what) {
    throw error(fail(errc::storage_failed, fmt::format("the key ring '{}' {}", path_, what)));
  };
  if (number("PRAGMA application_id") != application_id) complain("is a database of another kind");
  if (const int version = number("PRAGMA user_version"); version != schema_version) {
    complain(fmt::format("is of version {}, and this program knows version {}: use a newer program",
                         version, schema_version));
  }
  if (db_.execAndGet("PRAGMA quick_check(1)").getString() != "ok")
    complain("is damaged: restore it from a copy");
}

std::optional<key_file::state> key_file::newest(const owner& o) {
  SQLite::Statement s(
      db_, "SELECT number, wrapped IS NULL FROM keys WHERE owner=? ORDER BY number DESC LIMIT 1");
  bind_blob(s, 1, blob(o));
  if (!s.executeStep()) return {};
  return state{s.getColumn(0).getUInt(), s.getColumn(1).getInt() != 0};
}

secret_key key_file::unwrap(const owner& o, std::uint32_t number, const std::string& master,
                            const std::string& wrapped,
                            const std::vector<master_key>& masters) const {
  const auto found = std::ranges::find(masters, master, &master_key::id);
  if (found == masters.end()) {
    throw error(fail(errc::storage_failed,
                     fmt::format("the key ring '{}' does not open with this master key: give the "
                                 "one that it was made with",
                                 path_)));
  }
  auto key = found->unwrap(wrapped, place_of(o, number));
  if (!key) {
    throw error(fail(errc::storage_failed,
                     fmt::format("the key ring '{}' is damaged: a key in it does not open; restore "
                                 "it from a copy",
                                 path_)));
  }
  return std::move(*key);
}

secret_key key_file::load(const owner& o, std::uint32_t number) {
  SQLite::Statement s(db_, "SELECT master, wrapped FROM keys WHERE owner=? AND number=?");
  bind_blob(s, 1, blob(o));
  s.bind(2, number);
  if (!s.executeStep()) {
    throw error(fail(errc::storage_failed,
                     fmt::format("the key ring '{}' has no such key: it is older than the "
                                 "database, or of another one",
                                 path_)));
  }
  if (s.getColumn(1).isNull())
    throw error(fail(errc::not_available, "the key of this room has been destroyed"));
  return unwrap(o, number, s.getColumn(0).getString(), s.getColumn(1).getString(), masters_);
}

std::vector<std::uint32_t> key_file::add(std::span<const owner> owners) {
  SQLite::Transaction changes(db_, SQLite::TransactionBehavior::IMMEDIATE);
  std::vector<std::uint32_t> numbers;
  for (const owner& o : owners) {
    const auto last = newest(o);
    numbers.push_back(last ? last->number + 1 : 1);
    insert(o, numbers.back());
  }
  changes.commit();
  return numbers;
}

void key_file::insert(const owner& o, std::uint32_t number) {
  SQLite::Statement s(db_, "INSERT INTO keys (owner, number, master, wrapped) VALUES (?, ?, ?, ?)");
  bind_blob(s, 1, blob(o));
  s.bind(2, number);
  bind_blob(s, 3, masters_.front().id());
  bind_blob(s, 4, masters_.front().wrap(secret_key::random(), place_of(o, number)));
  s.exec();
}

void key_file::renew() {
  SQLite::Transaction changes(db_, SQLite::TransactionBehavior::IMMEDIATE);
  std::vector<std::pair<owner, std::uint32_t>> newest_keys;
  // The bare column is of the row with the maximum.
  SQLite::Statement all(db_, "SELECT owner, max(number), wrapped IS NULL FROM keys GROUP BY owner");
  while (all.executeStep()) {
    const owner o = owner_in(all.getColumn(0).getString());
    const bool is_root = o == owner{};
    if (!is_root && all.getColumn(2).getInt() == 0)
      newest_keys.emplace_back(o, all.getColumn(1).getUInt());
  }
  for (const auto& [o, number] : newest_keys)
    insert(o, number + 1);
  changes.commit();
}

bool key_file::is_wrapped_by(const secret_key& master) {
  SQLite::Statement s(db_, "SELECT count(*) FROM keys WHERE wrapped IS NOT NULL AND master<>?");
  bind_blob(s, 1, master_key(master).id());
  s.executeStep();
  return s.getColumn(0).getInt() == 0;
}

void key_file::rewrap(const std::vector<secret_key>& masters) {
  const std::vector<master_key> given = master_keys(masters);
  std::vector<master_key> openers = given;
  openers.insert(openers.end(), masters_.begin(), masters_.end());
  struct row {
    owner o{};
    std::uint32_t number;
    std::string wrapped;
  };
  std::vector<row> rows;
  SQLite::Transaction changes(db_, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement all(
      db_, "SELECT owner, number, master, wrapped FROM keys WHERE wrapped IS NOT NULL");
  while (all.executeStep()) {
    row r{owner_in(all.getColumn(0).getString()), all.getColumn(1).getUInt(), {}};
    r.wrapped = given.front().wrap(
        unwrap(r.o, r.number, all.getColumn(2).getString(), all.getColumn(3).getString(), openers),
        place_of(r.o, r.number));
    rows.push_back(std::move(r));
  }
  SQLite::Statement change(db_, "UPDATE keys SET master=?, wrapped=? WHERE owner=? AND number=?");
  for (const row& r : rows) {
    bind_blob(change, 1, given.front().id());
    bind_blob(change, 2, r.wrapped);
    bind_blob(change, 3, blob(r.o));
    change.bind(4, r.number);
    change.exec();
    change.reset();
  }
  changes.commit();
  masters_ = given;
}

void key_file::destroy(const owner& o) {
  SQLite::Statement s(db_, "UPDATE keys SET master=NULL, wrapped=NULL WHERE owner=?");
  bind_blob(s, 1, blob(o));
  s.exec();
}

std::map<key_file::owner, std::uint32_t> key_file::destroyed() {
  std::map<owner, std::uint32_t> found;
  SQLite::Statement all(db_,
                        "SELECT owner, max(number) FROM keys WHERE wrapped IS NULL GROUP BY owner");
  while (all.executeStep())
    found.emplace(owner_in(all.getColumn(0).getString()), all.getColumn(1).getUInt());
  return found;
}

} // namespace asio_chat::sqlite
