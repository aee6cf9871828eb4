#include "journal/sqlite/witness.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::sqlite {

result<void> keep_witness(key_ring& keys, const head_name& h) {
  return keys.keep_witness(to_line(h, keys));
}

std::string why_put_back(const SQLite::Database& db, const head_row& head, key_ring& keys,
                         bool has_witness) {
  if (head.is_copy()) return "it is a backup, or was taken as it is by --begin-anew";
  if (!has_witness) return {};
  const auto noted = keys.witness();
  if (!noted) throw error(noted.error());
  if (noted->has_value() && (*noted)->empty()) return {}; // the first start did not get that far
  const auto older = *noted ? head_in_line(**noted, keys) : fail(errc::storage_failed, "");
  if (!older) return "the witness in keys.db, which tells whether it is the newest, was changed";
  switch (head.compare(db, *older)) {
  case lineage::descends:
    return {};
  case lineage::not_known:
    return "it does not know the state that keys.db is a witness of";
  case lineage::is_behind:
    return "it ends before the state that keys.db is a witness of";
  case lineage::is_another:
    return "it did not go on from the state that keys.db is a witness of";
  }
  return {};
}

std::string describe_put_back(const database_file& f, const std::string& why) {
  return fmt::format(
      "The {} '{}' was put back to an older state ({}): members who had read further "
      "are told so in each room, and go on from there",
      f.what, f.path, why);
}

witness_keeper::witness_keeper(key_ring& keys, const head_name& noted,
                               std::chrono::milliseconds interval)
    : keys_(keys)
    , interval_(interval)
    , newest_(noted)
    , thread_([this] { work(); }) {}

witness_keeper::~witness_keeper() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_one();
  thread_.join();
}

void witness_keeper::committed(const head_name& h) {
  const std::lock_guard lock(mutex_);
  newest_ = h;
  is_noted_ = false;
}

head_name witness_keeper::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

void witness_keeper::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, interval_, [&] { return stop_; })) {
    if (std::exchange(is_noted_, true)) continue;
    const head_name noting = newest_;
    lock.unlock();
    static_cast<void>(keep_witness(keys_, noting));
    lock.lock();
  }
}

} // namespace asio_chat::sqlite
