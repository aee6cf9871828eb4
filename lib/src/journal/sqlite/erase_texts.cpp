#include "journal/sqlite/erase_texts.hpp"

#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/rooms.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/store.hpp"
#include "names/member_name.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::sqlite {

namespace {

struct search_result {
  erased_texts counts;
  doomed_texts doomed;
};

struct offset_range {
  std::uint64_t first;
  std::uint64_t last;
};

/// Goes through the log of a room. Throws `SQLite::Exception` and `error`.
class chooser {
 public:
  chooser(SQLite::Database& db, key_ring& keys, const std::string& name, const chosen_texts& which)
      : keys_(keys)
      , name_(name)
      , which_(which)
      , author_(which.author ? fold_name(*which.author) : "")
      , rooms_(db, keys)
      , records_(db) {}

  search_result look() {
    const auto room = rooms_.find(keys_.tag_of(name_));
    if (!room) throw error(fail(errc::bad_setting, fmt::format("#{} has no log", name_)));
    for (const auto& [first, last] : which_.offsets) {
      if (last > room->head)
        throw error(fail(errc::bad_setting, fmt::format("#{} has no entry {}: its newest one is {}",
                                                        name_, last, room->head)));
      if (first >= room->first) continue;
      // Nothing tells any more under which key they were.
      const std::uint64_t end = std::min(last + 1, room->first);
      found_.doomed.offsets.push_back({first, end - 1, 0});
      found_.counts.not_kept += end - first;
    }
    if (which_.author) found_.doomed.authors.push_back(*which_.author);
    look_through(*room, which_.author ? offset_range{1, room->head} : chosen_range());
    // What is only in backups may be of that time.
    if (which_.author || found_.counts.not_kept > 0)
      found_.doomed.keys_without_texts |= has_old_keys(room->tag);
    found_.counts.old_keys_go = found_.doomed.keys_without_texts;
    return std::move(found_);
  }

 private:
  offset_range chosen_range() const {
    offset_range all{which_.offsets.front().first, 0};
    for (const auto& run : which_.offsets)
      all = {std::min(all.first, run.first), std::max(all.last, run.second)};
    return all;
  }

  void look_through(const room_row& room, offset_range part) {
    records_.forwards(room, part.first, [&](const stored_record& r) {
      if (r.header.first > part.last) return false;
      look_at(r, room);
      return true;
    });
  }

  bool is_old(const room_tag& room, std::uint32_t number) {
    const auto key = keys_.key(room, number);
    return key && (*key)->texts() == nullptr;
  }
  bool has_old_keys(const room_tag& room) {
    const auto present = keys_.present();
    if (!present) throw error(present.error());
    return std::ranges::any_of(
        *present, [&](const auto& key) { return key.first == room && is_old(room, key.second); });
  }

  bool is_chosen_by_offset(std::uint64_t offset) const {
    return std::ranges::any_of(which_.offsets, [&](const auto& run) {
      return offset >= run.first && offset <= run.second;
    });
  }

  void look_at(const stored_record& r, const room_row& room) {
    const auto key = keys_.key(room.tag, r.header.key);
    if (!key && key.error().code == errc::not_available) {
      for (std::uint64_t offset = r.header.first; offset <= r.header.last; ++offset)
        found_.counts.were_gone += is_chosen_by_offset(offset);
      return;
    }
    if (!key) throw error(key.error());
    const auto entries = open(**key, r, name_);
    if (!entries) throw error(entries.error());
    for (const journal::record& e : *entries) {
      const std::uint64_t offset = e.what.at.offset;
      if (offset < room.first) continue;
      const bool by_offset = is_chosen_by_offset(offset);
      if (!by_offset && (!which_.author || fold_name(e.what.from) != author_)) continue;
      const bool was_gone = e.what.kind == entry_kind::destroyed;
      ++(was_gone ? found_.counts.were_gone : found_.counts.destroyed);
      found_.doomed.keys_without_texts |= is_old(room.tag, r.header.key);
      if (!by_offset || was_gone) continue;
      auto& runs = found_.doomed.offsets;
      if (!runs.empty() && runs.back().key == r.header.key && runs.back().last + 1 == offset) {
        ++runs.back().last;
      } else {
        runs.push_back({offset, offset, r.header.key});
      }
    }
  }

  key_ring& keys_;
  const std::string& name_;
  const chosen_texts& which_;
  const std::string author_;
  room_table rooms_;
  record_table records_;
  search_result found_;
};

result<search_result> search(const database_file& file, key_ring& keys, const std::string& room,
                             const chosen_texts& which) {
  try {
    SQLite::Database db = connect_for_reading(file);
    const SQLite::Transaction snapshot(db);
    return chooser(db, keys, room, which).look();
  } catch (const SQLite::Exception& e) {
    return explain(file, e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

} // namespace

result<erased_texts> find_texts(const std::string& directory, key_ring& keys,
                                const std::string& room, const chosen_texts& which) {
  const auto journal = journal_in(directory);
  if (!journal) return journal.error();
  auto found = search({*journal}, keys, room, which);
  if (!found) return found.error();
  return found->counts;
}

result<erased_texts> erase_texts(const std::string& directory, std::vector<secret_key> masters,
                                 const std::string& room, const chosen_texts& which) {
  const auto lock = data_lock::take(directory);
  if (!lock) return lock.error();
  const std::string path = directory + "/keys.db";
  if (auto there = key_ring::check_is_there(path); !there) return there.error();
  const auto keys = key_ring::open(path, std::move(masters));
  if (!keys) return keys.error();
  const auto journal = journal_in(directory);
  if (!journal) return journal.error();
  const database_file file{.path = *journal, .identity = lock->identity()};
  const system_clock time;
  const store_options options{.file = file, .time = &time};
  // As a daemon does: what is older is brought up to date, and what is damaged stays as it is.
  auto found = result<search_result>(search_result{});
  {
    const auto started = store::open(options, **keys);
    if (!started) return started.error();
    found = search(file, **keys, room, which);
    if (found && found->doomed.keys_without_texts) {
      if (auto anew = (*started)->seal_old_records_anew(room); !anew) return anew.error();
      const erased_texts counts = found->counts;
      found = search(file, **keys, room, which); // their keys are others now
      if (found) found->counts = counts, found->doomed.keys_without_texts = true;
    }
  }
  if (!found) return found.error();
  const auto destroyed = (*keys)->destroy_texts((*keys)->tag_of(room), found->doomed);
  if (!destroyed) return destroyed.error();
  // A store that starts takes out what nobody can read any more.
  const auto logs = store::open(options, **keys);
  if (!logs) return logs.error();
  while ((*logs)->tidy()) {
  }
  return found->counts;
}

} // namespace asio_chat::sqlite
