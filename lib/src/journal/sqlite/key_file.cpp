#include "journal/sqlite/key_file.hpp"

#include "journal/sqlite/binary.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <sodium.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace asio_chat::sqlite {

namespace {

std::string blob(const key_file::owner& o) {
  return {o.begin(), o.end()};
}

void bind_blob(SQLite::Statement& s, int index, const std::string& bytes) {
  s.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

constexpr key_file::owner root_owner{};
static_assert(std::tuple_size<key_mark>() >= crypto_generichash_BYTES_MIN);

std::string at_place(std::string bytes, const key_file::owner& o, std::uint32_t number) {
  bytes.append(o.begin(), o.end());
  put_fixed(bytes, number);
  return bytes;
}

/// A key opens at its own place in the ring only, and the root key not in a file that claims to be
/// of an older version.
std::string place_of(const key_file::owner& o, std::uint32_t number, int version) {
  if (o != root_owner || version == 1) return at_place("asio-chat key 1", o, number);
  return at_place(fmt::format("asio-chat root key {}", version), o, number);
}

std::vector<master_key> master_keys(const std::vector<secret_key>& keys) {
  return {keys.begin(), keys.end()};
}

key_file::owner owner_in(const std::string& bytes) {
  key_file::owner o{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), o.size()), o.begin());
  return o;
}

} // namespace

/// Numbers rise, so that the newest key is known, but nobody can tell the next one: two keys made
/// from the same older copy of the file do not get the same number, whichever copies are put back.
/// A step is less than a thousandth of what is left, so numbers do not run out.
std::uint32_t key_file::number_after(std::uint32_t last) {
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  if (last == most) throw error(fail(errc::storage_failed, "a room has no key numbers left"));
  return last + 1 + ::randombytes_uniform(std::max((most - last) / 1024, 1u));
}

void key_file::open_root() {
  const auto last = newest(root_owner);
  if (!last || last->destroyed) {
    throw error(
        fail(errc::storage_failed,
             fmt::format("the key ring '{}' has no root key: restore it from a copy", path_)));
  }
  root_ = load(root_owner, last->number);
  const auto derive = [&](std::uint64_t number) {
    return secret_key::filled([&](auto bytes) {
      ::crypto_kdf_derive_from_key(bytes.data(), bytes.size(), number, "chatmark",
                                   root_->bytes().data());
    });
  };
  marks_ = derive(1);
  notes_ = derive(2);
  sums_ = derive(3);
  load_state();
}

key_mark key_file::mark_of(const owner& o, std::uint32_t number) const {
  key_mark mark;
  const std::string bytes = at_place("asio-chat destroyed key 1", o, number);
  ::crypto_generichash(mark.data(), mark.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       marks_->bytes().data(), key_size);
  return mark;
}

void key_file::set_mark(const owner& o, std::uint32_t number) {
  SQLite::Statement before(db_, "SELECT wrapped IS NULL FROM keys WHERE owner=? AND number=?");
  bind_blob(before, 1, blob(o));
  before.bind(2, number);
  const bool is_known = before.executeStep();
  const bool was_destroyed = is_known && before.getColumn(0).getInt() != 0;
  if (is_known && !was_destroyed) sum_.remove(hash_of_row(o, number, true));
  if (!was_destroyed) sum_.add(hash_of_row(o, number, false));
  before.reset();
  drop_texts(o, number);
  SQLite::Statement s(db_, "INSERT OR REPLACE INTO keys (owner, number, mark) VALUES (?, ?, ?)");
  const key_mark mark = mark_of(o, number);
  bind_blob(s, 1, blob(o));
  s.bind(2, number);
  bind_blob(s, 3, {mark.begin(), mark.end()});
  s.exec();
}

/// What was destroyed before there were marks is taken at its word.
void key_file::add_marks() {
  SQLite::Transaction changes(db_, SQLite::TransactionBehavior::IMMEDIATE);
  db_.exec("ALTER TABLE keys ADD COLUMN mark BLOB");
  for (const auto& [o, number] : without_key())
    set_mark(o, number);
  wrap_root_anew(schema_version);
  changes.commit();
  version_ = schema_version;
}

/// For a file of that version, which is authenticated with it.
void key_file::wrap_root_anew(int version) {
  const std::uint32_t number = newest(root_owner)->number;
  SQLite::Statement s(db_, "SELECT master FROM keys WHERE owner=? AND number=?");
  bind_blob(s, 1, blob(root_owner));
  s.bind(2, number);
  s.executeStep();
  const auto master = std::ranges::find(masters_, s.getColumn(0).getString(), &master_key::id);
  SQLite::Statement change(db_, "UPDATE keys SET wrapped=? WHERE owner=? AND number=?");
  bind_blob(change, 1, master->wrap(*root_, place_of(root_owner, number, version)));
  bind_blob(change, 2, blob(root_owner));
  change.bind(3, number);
  change.exec();
  db_.exec(fmt::format("PRAGMA user_version={}", version));
}

std::vector<key_file::place> key_file::without_key() {
  std::vector<place> found;
  SQLite::Statement all(db_, "SELECT owner, number FROM keys WHERE wrapped IS NULL");
  while (all.executeStep())
    found.emplace_back(owner_in(all.getColumn(0).getString()), all.getColumn(1).getUInt());
  return found;
}

std::optional<key_file::state> key_file::newest(const owner& o) {
  SQLite::Statement s(
      db_, "SELECT number, wrapped IS NULL FROM keys WHERE owner=? ORDER BY number DESC LIMIT 1");
  bind_blob(s, 1, blob(o));
  if (!s.executeStep()) return {};
  state found{s.getColumn(0).getUInt(), s.getColumn(1).getInt() != 0};
  if (!has_texts()) return found;
  SQLite::Statement texts(db_, "SELECT 1 FROM texts WHERE owner=? AND number=?");
  bind_blob(texts, 1, blob(o));
  texts.bind(2, found.number);
  found.has_texts = texts.executeStep();
  return found;
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
  auto key = found->unwrap(wrapped, place_of(o, number, version_));
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
  if (!s.getColumn(1).isNull()) {
    return unwrap(o, number, s.getColumn(0).getString(), s.getColumn(1).getString(), masters_);
  }
  if (is_marked(o, number))
    throw error(fail(errc::not_available, "the key of this room has been destroyed"));
  throw error(fail(errc::storage_failed,
                   fmt::format("the key ring '{}' is damaged: a key has been taken out of it, and "
                               "not by asio-chatd erase; put back the newest copy of it",
                               path_)));
}

std::vector<std::uint32_t> key_file::add(std::span<const owner> owners) {
  change_of_keys changes(*this);
  std::vector<std::uint32_t> numbers;
  for (const owner& o : owners) {
    const auto last = newest(o);
    numbers.push_back(number_after(last ? last->number : 0));
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
  bind_blob(s, 4, masters_.front().wrap(secret_key::random(), place_of(o, number, version_)));
  s.exec();
  if (sums_) sum_.add(hash_of_row(o, number, true)); // the root key itself comes before
  if (has_texts() && o != root_owner) write_texts(o, number, text_secrets::random());
}

void key_file::renew() {
  change_of_keys changes(*this);
  std::vector<std::pair<owner, std::uint32_t>> newest_keys;
  // The bare column is of the row with the maximum.
  SQLite::Statement all(db_, "SELECT owner, max(number), wrapped IS NULL FROM keys GROUP BY owner");
  while (all.executeStep()) {
    const owner o = owner_in(all.getColumn(0).getString());
    const bool is_root = o == root_owner;
    if (!is_root && all.getColumn(2).getInt() == 0)
      newest_keys.emplace_back(o, all.getColumn(1).getUInt());
  }
  for (const auto& [o, number] : newest_keys)
    insert(o, number_after(number));
  changes.commit();
}

bool key_file::is_wrapped_by(const secret_key& master) {
  SQLite::Statement s(db_, "SELECT count(*) FROM keys WHERE wrapped IS NOT NULL AND master<>?");
  bind_blob(s, 1, master_key(master).id());
  s.executeStep();
  return s.getColumn(0).getInt() == 0 && are_texts_wrapped_by(master_key(master));
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
        place_of(r.o, r.number, version_));
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
  rewrap_texts(given.front(), openers);
  changes.commit();
  masters_ = given;
}

void key_file::destroy(const owner& o, std::uint32_t used) {
  change_of_keys changes(*this);
  std::vector<std::uint32_t> numbers;
  SQLite::Statement s(db_, "SELECT number FROM keys WHERE owner=?");
  bind_blob(s, 1, blob(o));
  while (s.executeStep())
    numbers.push_back(s.getColumn(0).getUInt());
  if (used != 0) numbers.push_back(used);
  for (const std::uint32_t number : numbers)
    set_mark(o, number);
  changes.commit();
}

bool key_file::is_marked(const owner& o, std::uint32_t number) {
  if (version_ == 1) return true;
  SQLite::Statement s(db_, "SELECT mark FROM keys WHERE owner=? AND number=?");
  bind_blob(s, 1, blob(o));
  s.bind(2, number);
  const key_mark mark = mark_of(o, number);
  return s.executeStep() && s.getColumn(0).getString() == std::string(mark.begin(), mark.end());
}

std::map<key_file::owner, std::uint32_t> key_file::destroyed() {
  std::map<owner, std::uint32_t> found;
  for (const auto& [o, number] : without_key()) {
    if (!is_marked(o, number)) continue;
    std::uint32_t& newest = found[o];
    newest = std::max(newest, number);
  }
  return found;
}

std::vector<key_file::place> key_file::present() {
  std::vector<place> found;
  SQLite::Statement all(db_, "SELECT owner, number FROM keys "
                             "WHERE wrapped IS NOT NULL ORDER BY owner, number");
  while (all.executeStep()) {
    const owner o = owner_in(all.getColumn(0).getString());
    if (o != root_owner) found.emplace_back(o, all.getColumn(1).getUInt());
  }
  return found;
}

} // namespace asio_chat::sqlite
