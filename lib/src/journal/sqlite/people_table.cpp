#include "journal/sqlite/people_table.hpp"

#include "journal/sqlite/columns.hpp"
#include "journal/sqlite/database.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::sqlite {

namespace {

using fact_id = std::array<std::uint8_t, 16>;

/// Nobody sees by it what it is about, or that it is about the same as another one elsewhere.
fact_id id_of(const fact& f, const key_ring& keys) {
  std::string about = "asio-chat fact 1";
  about.push_back(static_cast<char>(f.kind));
  const chain_value whole = keys.mac(about + f.key);
  fact_id id;
  std::copy_n(whole.begin(), id.size(), id.begin());
  return id;
}

/// A fact opens in its own row only.
std::string context_of(std::string_view id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string context = "fact ";
  std::size_t at = context.size();
  context.resize(at + 2 * id.size());
  for (const char c : id) {
    const auto byte = static_cast<std::uint8_t>(c);
    context[at++] = digits[byte >> 4];
    context[at++] = digits[byte & 0xf];
  }
  return context;
}

/// The key ends at the first zero byte: there is none in it.
std::string content_of(const fact& f) {
  std::string content(1, static_cast<char>(f.kind));
  content += f.key;
  content.push_back('\0');
  content += f.value;
  return content;
}

void read_fact(std::string_view content, fact& f) {
  const auto end = content.find('\0', 1);
  if (end == std::string_view::npos)
    throw damage("what it keeps of people is not of a form that is known");
  f.kind = static_cast<fact_kind>(content[0]);
  f.key = content.substr(1, end - 1);
  f.value = content.substr(end + 1);
}

} // namespace

const char* const people_table::tables =
    "CREATE TABLE IF NOT EXISTS people (id BLOB PRIMARY KEY," // keyed hash of kind and key
    "sealed BLOB NOT NULL) STRICT, WITHOUT ROWID";

people_table::people_table(SQLite::Database& db, const key_ring& keys, table_sums* sums)
    : keys_(keys)
    , sums_(sums)
    , all_(db, "SELECT id, sealed FROM people")
    , put_(db, "INSERT INTO people (id, sealed) VALUES (?, ?)" + returning(covered::people))
    , erase_(db, "DELETE FROM people WHERE id=?" + returning(covered::people)) {}

void people_table::for_each(const people_store::hearer& hears) {
  fact f; // the same for all rows, of which there may be very many
  while (all_.executeStep()) {
    const auto content = keys_.open_text(bytes_at(all_, 1), context_of(bytes_at(all_, 0)));
    if (!content) throw damage("a row of what it keeps of people cannot be opened");
    read_fact(*content, f);
    hears(f);
  }
  all_.reset();
}

void people_table::keep(const fact& f) {
  const fact_id id = id_of(f, keys_);
  bind_bytes(erase_, 1, view_of(id));
  sums_->run_removing(covered::people, erase_);
  if (f.value.empty()) return;
  const std::string sealed = keys_.seal_text(content_of(f), context_of(view_of(id)));
  bind_bytes(put_, 1, view_of(id));
  bind_bytes(put_, 2, sealed);
  sums_->run_adding(covered::people, put_);
}

} // namespace asio_chat::sqlite
