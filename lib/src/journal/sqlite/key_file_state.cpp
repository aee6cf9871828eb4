// What the database of a key ring knows of itself, and of the journal beside it.
#include "journal/sqlite/key_file.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/columns.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>

namespace asio_chat::sqlite {

namespace {

constexpr const char* state_context = "state of the key ring";
constexpr const char* witness_context = "witness of the journal";
constexpr std::size_t state_size = sizeof(std::uint64_t) + multiset_sum::size;

} // namespace

const char* const key_file::table_of_ring =
    "CREATE TABLE ring (only INTEGER PRIMARY KEY CHECK (only=1),"
    "state BLOB NOT NULL,"           // sealed: how often it was changed, a sum of its rows
    "witness BLOB NOT NULL) STRICT"; // sealed

key_file::change_of_keys::change_of_keys(key_file& f)
    : file_(f)
    , transaction_(f.db_, SQLite::TransactionBehavior::IMMEDIATE)
    , changes_before_(f.changes_)
    , sum_before_(f.sum_) {}

key_file::change_of_keys::~change_of_keys() {
  if (done_) return;
  file_.changes_ = changes_before_;
  file_.sum_ = sum_before_;
}

void key_file::change_of_keys::commit() {
  ++file_.changes_;
  file_.write_state();
  transaction_.commit();
  done_ = true;
}

/// Of a key, or of the mark that one has left. What a key is wrapped as, and the mark, prove
/// themselves.
chain_value key_file::hash_of_row(const owner& o, std::uint32_t number, bool is_there) const {
  std::string bytes = "asio-chat row of keys 1";
  bytes.append(view_of(o));
  put_fixed(bytes, number);
  bytes.push_back(is_there ? 'k' : 'd');
  chain_value hash;
  ::crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       sums_->bytes().data(), key_size);
  return hash;
}

multiset_sum key_file::sum_of_rows(SQLite::Database& db) const {
  multiset_sum sum;
  SQLite::Statement all(db, "SELECT owner, number, wrapped IS NULL FROM keys");
  while (all.executeStep())
    sum.add(hash_of_row(array_at<owner>(all, 0), all.getColumn(1).getUInt(),
                        all.getColumn(2).getInt() == 0));
  add_texts_to(sum, db);
  return sum;
}

void key_file::load_state() {
  if (version_ < witness_version) {
    sum_ = sum_of_rows(db_);
    return;
  }
  std::optional<std::string> noted;
  SQLite::Statement row(db_, "SELECT state FROM ring WHERE only=1");
  if (row.executeStep()) {
    state_ = bytes_at(row, 0);
    noted = open_bytes(notes_->bytes(), state_, state_context);
  }
  const multiset_sum there = sum_of_rows(db_);
  if (noted && noted->size() == state_size) {
    changes_ = fixed_at(noted->data());
    sum_ = multiset_sum::from(std::string_view(*noted).substr(sizeof changes_));
  }
  is_changed_ = !noted || noted->size() != state_size || sum_ != there;
}

void key_file::write_state() {
  if (version_ < witness_version) return;
  std::string noted;
  put_fixed(noted, changes_);
  sum_.append_to(noted);
  state_ = seal_bytes(notes_->bytes(), noted, state_context);
  SQLite::Statement set(db_, "UPDATE ring SET state=? WHERE only=1");
  bind_bytes(set, 1, state_);
  set.exec();
}

bool key_file::is_as_left() {
  struct stat status {};
  if (!is_in_place() || ::stat(path_.c_str(), &status) != 0) return false;
  const std::string now =
      fmt::format("{}.{:09} {}", status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size);
  if (now == seen_ || !has_witness()) return true;
  try {
    // With no pages in memory from before.
    SQLite::Database there(as_file_name(path_), SQLite::OPEN_READONLY, 0);
    const SQLite::Transaction snapshot(there);
    SQLite::Statement row(there, "SELECT state FROM ring WHERE only=1");
    if (!row.executeStep() || bytes_at(row, 0) != state_ || sum_of_rows(there) != sum_)
      return false;
    seen_ = now;
    return true;
  } catch (const SQLite::Exception& e) {
    return !is_damage(e); // the witness is being written: next time, then
  }
}

bool key_file::note_head() {
  const int before = version_;
  const bool had_witness = before >= witness_version;
  if (before >= texts_version) return true;
  SQLite::Transaction all(db_, SQLite::TransactionBehavior::IMMEDIATE);
  if (!had_witness) {
    db_.exec(table_of_ring);
    db_.exec("INSERT INTO ring (only, state, witness) VALUES (1, x'', x'')");
  }
  db_.exec(table_of_texts);
  wrap_root_anew(texts_version);
  version_ = texts_version;
  try {
    write_state();
    if (!had_witness) keep_witness(db_, {});
    all.commit();
  } catch (...) {
    version_ = before;
    throw;
  }
  return had_witness;
}

void key_file::settle(std::uint64_t least) {
  change_of_keys all(*this);
  changes_ = std::max(changes_, least);
  sum_ = sum_of_rows(db_);
  all.commit();
  is_changed_ = false;
}

void key_file::keep_witness(SQLite::Database& other, std::string_view head) const {
  const std::string sealed = seal_bytes(notes_->bytes(), head, witness_context);
  SQLite::Statement set(other, "UPDATE ring SET witness=? WHERE only=1");
  bind_bytes(set, 1, sealed);
  set.exec();
}

std::optional<std::string> key_file::witness() {
  if (version_ < witness_version) return {};
  SQLite::Statement row(db_, "SELECT witness FROM ring WHERE only=1");
  if (!row.executeStep()) return {};
  return open_bytes(notes_->bytes(), bytes_at(row, 0), witness_context);
}

} // namespace asio_chat::sqlite
