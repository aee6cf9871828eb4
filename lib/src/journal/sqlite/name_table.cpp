#include "journal/sqlite/name_table.hpp"

#include "journal/sqlite/columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace asio_chat::sqlite {

namespace {

/// A name opens in its own row only.
std::string context_of(const identity& who) {
  return fmt::format("name held for {:02x}", fmt::join(who, ""));
}

} // namespace

name_table::name_table(SQLite::Database& db, const key_ring& keys, table_sums* sums)
    : keys_(keys)
    , sums_(sums)
    , all_(db, "SELECT who, name, left_at FROM names")
    , hold_(db,
            "INSERT INTO names (who, name, left_at) VALUES (?, ?, ?)" + returning(covered::names))
    , release_(db, "DELETE FROM names WHERE who=?" + returning(covered::names)) {}

std::vector<held_name> name_table::all(const std::function<void(const failure&)>& damaged) {
  std::vector<held_name> names;
  while (all_.executeStep()) {
    held_name n;
    n.who = array_at<identity>(all_, 0);
    auto name = keys_.open_text(bytes_at(all_, 1), context_of(n.who));
    if (!name) {
      damaged(name.error());
      continue;
    }
    n.name = std::move(*name);
    if (!all_.getColumn(2).isNull()) n.left = time_at(all_, 2);
    names.push_back(std::move(n));
  }
  all_.reset();
  return names;
}

void name_table::hold(const held_name& n) {
  release(n.who);
  const std::string sealed = keys_.seal_text(n.name, context_of(n.who));
  bind_bytes(hold_, 1, view_of(n.who));
  bind_bytes(hold_, 2, sealed);
  if (n.left) {
    bind_time(hold_, 3, *n.left);
  } else {
    hold_.bind(3);
  }
  sums_->run_adding(covered::names, hold_);
}

void name_table::release(const identity& who) {
  bind_bytes(release_, 1, view_of(who));
  sums_->run_removing(covered::names, release_);
}

} // namespace asio_chat::sqlite
