// The secrets of texts, beside the keys of rooms.
#include "journal/sqlite/key_file.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/columns.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <sodium.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace asio_chat::sqlite {

const char* const key_file::table_of_texts =
    "CREATE TABLE texts (owner BLOB NOT NULL, number INTEGER NOT NULL, "
    "change INTEGER NOT NULL, "     // of the file, that it was written with
    "searchable INTEGER NOT NULL, " // 0: what the search index has under it cannot be read
    "master BLOB NOT NULL, wrapped BLOB NOT NULL, "
    "PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID";

namespace {

/// What it is wrapped for: an older one that is put back alone does not open.
std::string place_of(const key_file::texts_row& r) {
  std::string bytes = "asio-chat texts 1";
  bytes.append(view_of(r.o));
  put_fixed(bytes, r.number);
  put_fixed(bytes, r.change);
  bytes.push_back(r.searchable ? 's' : '-');
  return bytes;
}

void bind_place(SQLite::Statement& s, const key_file::owner& o, std::uint32_t number) {
  bind_bytes(s, 1, view_of(o));
  s.bind(2, number);
}

constexpr const char* columns = "owner, number, change, searchable";

key_file::texts_row texts_row_at(SQLite::Statement& s) {
  return {array_at<key_file::owner>(s, 0), s.getColumn(1).getUInt(), number_at(s, 2),
          s.getColumn(3).getInt64() != 0};
}

} // namespace

chain_value key_file::hash_of(const texts_row& r) const {
  const std::string bytes = "row of " + place_of(r);
  chain_value hash;
  ::crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       sums_->bytes().data(), key_size);
  return hash;
}

void key_file::add_texts_to(multiset_sum& sum, SQLite::Database& db) const {
  if (version_ < texts_version) return;
  SQLite::Statement all(db, fmt::format("SELECT {} FROM texts", columns));
  while (all.executeStep())
    sum.add(hash_of(texts_row_at(all)));
}

void key_file::drop_texts(const owner& o, std::uint32_t number) {
  if (version_ < texts_version) return;
  SQLite::Statement s(
      db_, fmt::format("DELETE FROM texts WHERE owner=? AND number=? RETURNING {}", columns));
  bind_place(s, o, number);
  while (s.executeStep())
    sum_.remove(hash_of(texts_row_at(s)));
}

void key_file::write_texts(const owner& o, std::uint32_t number, const text_secrets& secrets) {
  drop_texts(o, number);
  const texts_row row{o, number, changes_ + 1, secrets.search.has_value()};
  std::string plain = secrets.to_bytes();
  const std::string wrapped = masters_.front().wrap_bytes(plain, place_of(row));
  ::sodium_memzero(plain.data(), plain.size());
  SQLite::Statement s(db_, "INSERT INTO texts (owner, number, change, searchable, master, wrapped) "
                           "VALUES (?, ?, ?, ?, ?, ?)");
  bind_place(s, o, number);
  bind_number(s, 3, row.change);
  s.bind(4, row.searchable ? 1 : 0);
  bind_bytes(s, 5, masters_.front().id());
  bind_bytes(s, 6, wrapped);
  s.exec();
  sum_.add(hash_of(row));
}

std::optional<text_secrets> key_file::load_texts(const owner& o, std::uint32_t number) {
  if (version_ < texts_version) return {};
  SQLite::Statement s(db_, fmt::format("SELECT {}, master, wrapped FROM texts "
                                       "WHERE owner=? AND number=?",
                                       columns));
  bind_place(s, o, number);
  if (!s.executeStep()) return {};
  const auto master = std::ranges::find(masters_, s.getColumn(4).getString(), &master_key::id);
  auto plain = master == masters_.end()
                   ? std::nullopt
                   : master->unwrap_bytes(bytes_at(s, 5), place_of(texts_row_at(s)));
  auto secrets = plain ? text_secrets::from_bytes(*plain) : std::nullopt;
  if (plain) ::sodium_memzero(plain->data(), plain->size());
  if (secrets) return secrets;
  throw error(fail(errc::storage_failed,
                   fmt::format("the key ring '{}' is damaged: the keys of a room's texts do not "
                               "open; restore it from a copy",
                               path_)));
}

bool key_file::destroy_texts(const owner& o, const doomed_texts& what) {
  if (version_ < texts_version) return false;
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint32_t> without;
  SQLite::Statement all(db_, "SELECT number, t.number IS NULL FROM keys LEFT JOIN texts t "
                             "USING (owner, number) WHERE owner=? AND keys.wrapped IS NOT NULL");
  bind_bytes(all, 1, view_of(o));
  while (all.executeStep())
    (all.getColumn(1).getInt() == 0 ? numbers : without).push_back(all.getColumn(0).getUInt());
  all.reset();
  change_of_keys changes(*this);
  bool any = false;
  std::vector<std::pair<std::uint32_t, text_secrets>> left;
  for (const std::uint32_t number : numbers) {
    const room_key key(load(o, number).bytes(), load_texts(o, number));
    text_secrets secrets = key.texts()->secrets();
    for (const doomed_texts::run& r : what.offsets) {
      if (r.key == 0 || r.key == number) any |= secrets.offsets.destroy(r.first, r.last);
    }
    for (const std::string& name : what.authors) {
      const std::uint64_t author = key.place_of_author(name);
      any |= secrets.authors.destroy(author, author);
    }
    // The index may have the words under any of them.
    secrets.search.reset();
    left.emplace_back(number, std::move(secrets));
  }
  any |= what.keys_without_texts && !without.empty();
  if (!any) return false;
  if (what.keys_without_texts)
    for (const std::uint32_t number : without)
      set_mark(o, number);
  for (const auto& [number, secrets] : left)
    write_texts(o, number, secrets);
  // For what is said from here on, by the same author too, and for the index of what is left.
  insert(o, number_after(newest(o)->number));
  changes.commit();
  return true;
}

bool key_file::destroy_only(std::span<const doomed_room> rooms) {
  std::map<place, text_secrets> changed;
  change_of_keys changes(*this);
  bool any = false;
  for (const doomed_room& doomed : rooms) {
    for (const doomed_texts::run& r : doomed.runs) {
      const place at(doomed.room, r.key);
      auto known = changed.find(at);
      if (known == changed.end()) {
        auto secrets = load_texts(doomed.room, r.key);
        if (!secrets) continue; // it was destroyed as a whole
        known = changed.emplace(at, std::move(*secrets)).first;
      }
      any |= known->second.offsets.destroy(r.first, r.last);
    }
  }
  if (!any) return false;
  for (const auto& [at, secrets] : changed)
    write_texts(at.first, at.second, secrets);
  changes.commit();
  return true;
}

/// Wrapped, as long as no text was destroyed: each one makes it longer.
std::size_t key_file::bytes_of_whole_texts() const {
  return masters_.front().wrap_bytes(text_secrets::random().to_bytes(), {}).size();
}

void key_file::destroy_searches() {
  if (version_ < texts_version) return;
  std::vector<place> keys;
  SQLite::Statement all(db_, "SELECT owner, number FROM texts WHERE searchable=1 AND owner IN "
                             "(SELECT owner FROM texts WHERE searchable=1 AND length(wrapped)>?) "
                             "ORDER BY owner, number");
  all.bind(1, static_cast<std::int64_t>(bytes_of_whole_texts()));
  while (all.executeStep())
    keys.emplace_back(array_at<owner>(all, 0), all.getColumn(1).getUInt());
  all.reset();
  if (keys.empty()) return;
  change_of_keys changes(*this);
  for (auto at = keys.begin(); at != keys.end(); ++at) {
    const auto& [o, number] = *at;
    auto secrets = load_texts(o, number);
    secrets->search.reset();
    write_texts(o, number, *secrets);
    if (std::next(at) == keys.end() || std::next(at)->first != o)
      insert(o, number_after(newest(o)->number));
  }
  changes.commit();
}

std::vector<key_file::place> key_file::without_search() {
  std::vector<place> found;
  if (version_ < texts_version) return found;
  SQLite::Statement all(db_, "SELECT owner, number FROM texts WHERE searchable=0 "
                             "ORDER BY owner, number");
  while (all.executeStep())
    found.emplace_back(array_at<owner>(all, 0), all.getColumn(1).getUInt());
  return found;
}

bool key_file::are_texts_wrapped_by(const master_key& master) {
  if (version_ < texts_version) return true;
  SQLite::Statement s(db_, "SELECT count(*) FROM texts WHERE master<>?");
  bind_bytes(s, 1, master.id());
  s.executeStep();
  return s.getColumn(0).getInt() == 0;
}

/// In the caller's transaction. What they are of stays, so that nothing of the sums changes.
void key_file::rewrap_texts(const master_key& by, const std::vector<master_key>& openers) {
  if (version_ < texts_version) return;
  std::vector<std::pair<texts_row, std::string>> rows;
  SQLite::Statement all(db_, fmt::format("SELECT {}, master, wrapped FROM texts", columns));
  while (all.executeStep()) {
    const texts_row r = texts_row_at(all);
    const auto opener = std::ranges::find(openers, all.getColumn(4).getString(), &master_key::id);
    auto plain = opener == openers.end() ? std::nullopt
                                         : opener->unwrap_bytes(bytes_at(all, 5), place_of(r));
    if (!plain)
      throw error(fail(errc::storage_failed,
                       fmt::format("the key ring '{}' is damaged, or sealed by another master "
                                   "key: the keys of a room's texts do not open",
                                   path_)));
    rows.emplace_back(r, by.wrap_bytes(*plain, place_of(r)));
    ::sodium_memzero(plain->data(), plain->size());
  }
  SQLite::Statement change(db_, "UPDATE texts SET master=?, wrapped=? WHERE owner=? AND number=?");
  for (const auto& [r, wrapped] : rows) {
    bind_bytes(change, 1, by.id());
    bind_bytes(change, 2, wrapped);
    bind_bytes(change, 3, view_of(r.o));
    change.bind(4, r.number);
    run(change);
  }
}

} // namespace asio_chat::sqlite
