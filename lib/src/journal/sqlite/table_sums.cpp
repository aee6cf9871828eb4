#include "journal/sqlite/table_sums.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/columns.hpp"

#include <fmt/format.h>

#include <sodium.h>
#include <sqlite3.h>

#include <algorithm>

namespace asio_chat::sqlite {

namespace {

using parts = std::array<std::uint64_t, 4>;

parts parts_of(const char* bytes) noexcept {
  return {fixed_at(bytes), fixed_at(bytes + 8), fixed_at(bytes + 16), fixed_at(bytes + 24)};
}

/// Each value with its kind, and those of no fixed length with their length: no two rows have the
/// same bytes.
void put_integer(std::string& bytes, std::int64_t value) {
  bytes.push_back('i');
  put_fixed(bytes, value);
}

void put_blob(std::string& bytes, std::string_view value) {
  bytes.push_back('b');
  put_varint(bytes, value.size());
  bytes.append(value);
}

void begin_row(std::string& bytes, covered t) {
  bytes = "asio-chat row 1";
  bytes.push_back(static_cast<char>(t));
}

int columns_in(std::string_view list) noexcept {
  return 1 + static_cast<int>(std::count(list.begin(), list.end(), ','));
}

chain_value hash_under(const secret_key& key, std::string_view bytes) {
  chain_value hash;
  ::crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       key.bytes().data(), key_size);
  return hash;
}

} // namespace

std::string returning(covered t) {
  return fmt::format(" RETURNING {}", table_of(t).columns);
}

void multiset_sum::add(const chain_value& hash) noexcept {
  const parts more = parts_of(view_of(hash).data());
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::uint64_t with_carry = more[i] + carry;
    carry = with_carry < carry ? 1 : 0;
    parts_[i] += with_carry;
    if (parts_[i] < with_carry) carry = 1;
  }
}

void multiset_sum::remove(const chain_value& hash) noexcept {
  const parts less = parts_of(view_of(hash).data());
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::uint64_t with_borrow = less[i] + borrow;
    borrow = with_borrow < borrow || parts_[i] < with_borrow ? 1 : 0;
    parts_[i] -= with_borrow;
  }
}

void multiset_sum::append_to(std::string& bytes) const {
  for (const std::uint64_t part : parts_)
    put_fixed(bytes, part);
}

multiset_sum multiset_sum::from(std::string_view bytes) noexcept {
  multiset_sum sum;
  sum.parts_ = parts_of(bytes.data());
  return sum;
}

chain_value table_sums::hash(covered t, SQLite::Statement& row, std::string& bytes) const {
  begin_row(bytes, t);
  const int columns = columns_in(table_of(t).columns);
  for (int i = 0; i < columns; ++i) {
    const SQLite::Column c = row.getColumn(i);
    switch (c.getType()) {
    case SQLITE_NULL:
      bytes.push_back('n');
      break;
    case SQLITE_INTEGER:
      put_integer(bytes, c.getInt64());
      break;
    default:
      put_blob(bytes, bytes_of(c));
    }
  }
  return hash_under(key_, bytes);
}

chain_value table_sums::hash_of_room(std::int64_t number, const chain_value& mac) const {
  std::string bytes;
  begin_row(bytes, covered::rooms);
  put_integer(bytes, number);
  put_blob(bytes, view_of(mac));
  return hash_under(key_, bytes);
}

void table_sums::run_adding(covered t, SQLite::Statement& s) {
  std::string bytes;
  while (s.executeStep())
    of(t).add(hash(t, s, bytes));
  s.reset();
}

void table_sums::run_removing(covered t, SQLite::Statement& s) {
  std::string bytes;
  while (s.executeStep())
    of(t).remove(hash(t, s, bytes));
  s.reset();
}

multiset_sum table_sums::read(covered t, const SQLite::Database& db) const {
  multiset_sum sum;
  if (written_version(db) < table_of(t).since) return sum;
  SQLite::Statement all(db,
                        fmt::format("SELECT {} FROM {}", table_of(t).columns, table_of(t).name));
  std::string bytes; // of people there may be very many rows
  while (all.executeStep())
    sum.add(hash(t, all, bytes));
  return sum;
}

void table_sums::take(const SQLite::Database& db) {
  for (std::size_t t = 0; t < covered_tables.size(); ++t)
    sums_[t] = read(static_cast<covered>(t), db);
}

std::string table_sums::bytes() const {
  std::string all;
  for (const multiset_sum& sum : sums_)
    sum.append_to(all);
  return all;
}

void table_sums::set(std::string_view bytes) noexcept {
  for (multiset_sum& sum : sums_) {
    const bool is_there = bytes.size() >= multiset_sum::size;
    sum = is_there ? multiset_sum::from(bytes) : multiset_sum();
    if (is_there) bytes.remove_prefix(multiset_sum::size);
  }
}

} // namespace asio_chat::sqlite
