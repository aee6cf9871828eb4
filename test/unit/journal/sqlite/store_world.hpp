// A store in a directory of its own, which a test opens and closes.
#pragma once

#include "journal/sqlite/reader.hpp"
#include "journal/sqlite/store.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_clock.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::test {

/// Flips a bit of a column in every row.
inline void flip(const std::string& file, const std::string& table, const std::string& key,
                 const std::string& column, std::size_t at) {
  SQLite::Database db(file, SQLite::OPEN_READWRITE);
  std::vector<std::pair<std::int64_t, std::string>> rows;
  SQLite::Statement all(db, fmt::format("SELECT {}, {} FROM {}", key, column, table));
  while (all.executeStep())
    rows.emplace_back(all.getColumn(0).getInt64(), all.getColumn(1).getString());
  all.reset();
  SQLite::Statement set(db, fmt::format("UPDATE {} SET {}=? WHERE {}=?", table, column, key));
  for (auto& [number, bytes] : rows) {
    if (bytes.empty()) bytes = "x";
    bytes[at % bytes.size()] = static_cast<char>(bytes[at % bytes.size()] ^ 1);
    set.bind(1, bytes.data(), static_cast<int>(bytes.size()));
    set.bind(2, number);
    set.exec();
    set.reset();
  }
}

/// Applies operations that lie one behind the other.
inline void apply_all(sqlite::store& s, std::vector<sqlite::operation>& group) {
  std::vector<sqlite::operation*> all;
  all.reserve(group.size());
  for (sqlite::operation& o : group)
    all.push_back(&o);
  s.apply(all);
}

class store_world {
 public:
  explicit store_world(std::string vfs = {}) {
    options.file = {directory / "journal.db", std::move(vfs)};
    options.time = &time;
    options.on_report = [this](severity, const std::string& s) { reports.push_back(s); };
    keys = sqlite::key_ring::open(directory / "keys.db", {master}).value();
  }

  sqlite::store& store() {
    if (!store_) {
      store_ = sqlite::store::open(options, *keys).value();
      store_->recall();
    }
    return *store_;
  }
  failure open_failure() {
    auto opened = sqlite::store::open(options, *keys);
    REQUIRE_FALSE(opened.has_value());
    return opened.error();
  }
  void close() { store_.reset(); }
  void reopen() {
    close();
    store();
  }

  static sqlite::operation append_of(std::string room, std::string text, std::string id = {},
                                     entry_kind kind = entry_kind::message,
                                     const identity& author = {1}) {
    journal::record r;
    r.what = {std::move(room), {}, {}, "alice", kind, std::move(text), std::move(id)};
    r.author = author;
    return {sqlite::append_operation{std::move(r)}};
  }
  /// Appends the entries in one group.
  std::vector<sqlite::operation> apply(std::vector<sqlite::operation> group) {
    for (auto& o : group) {
      if (auto* a = std::get_if<sqlite::append_operation>(&o.what))
        a->draft.what.time = time.wall_now();
    }
    apply_all(store(), group);
    return group;
  }
  sqlite::operation apply(sqlite::operation o) {
    std::vector<sqlite::operation> group;
    group.push_back(std::move(o));
    return std::move(apply(std::move(group)).front());
  }
  /// Returns the position of the entry; none if it was refused.
  std::optional<position> say(std::string room, std::string text, std::string id = {}) {
    const auto o = apply(append_of(std::move(room), std::move(text), std::move(id)));
    if (o.refused) return {};
    return std::get<sqlite::append_operation>(o.what).draft.what.at;
  }
  bool is_duplicate(std::string room, std::string id) {
    const auto o = apply(append_of(std::move(room), "once more", std::move(id)));
    return std::get<sqlite::append_operation>(o.what).duplicate;
  }
  journal::log_state state(std::string room) {
    const auto o = apply({sqlite::open_operation{std::move(room)}});
    REQUIRE_FALSE(o.refused);
    return std::get<sqlite::open_operation>(o.what).state;
  }
  journal::page read(const std::string& room, position after = {}) {
    sqlite::reader r(options.file, *keys, store().index(), {});
    return r.read(room, {{log_range::side::after, after, 1'000'000}, std::size_t{1} << 30}).value();
  }
  std::vector<std::string> texts(const std::string& room) {
    std::vector<std::string> all;
    for (const journal::record& r : read(room).entries)
      all.push_back(r.what.text);
    return all;
  }
  std::vector<std::string> found(search_query q) {
    sqlite::reader r(options.file, *keys, store().index(), {});
    std::vector<std::string> all;
    for (const entry& e : r.search(q).value().entries)
      all.push_back(e.text);
    return all;
  }
  void tidy() {
    while (store().tidy()) {
    }
  }
  /// The first value of the first row.
  std::string sql_of(const std::string& query) const {
    return SQLite::Database(options.file.path).execAndGet(query).getString();
  }
  /// Changes the file with another tool while the store is closed.
  void sql(const std::string& statement) {
    close();
    SQLite::Database db(options.file.path, SQLite::OPEN_READWRITE);
    db.exec(statement);
  }

  temp_directory directory;
  testing::manual_clock time;
  sqlite::secret_key master = sqlite::secret_key::random();
  sqlite::store_options options;
  std::vector<std::string> reports;
  std::unique_ptr<sqlite::key_ring> keys;

 private:
  std::unique_ptr<sqlite::store> store_;
};

} // namespace asio_chat::test
