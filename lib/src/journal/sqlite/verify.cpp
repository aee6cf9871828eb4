#include "journal/sqlite/verify.hpp"

#include "journal/sqlite/name_table.hpp"
#include "journal/sqlite/people_table.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/start_checks.hpp"
#include "journal/sqlite/state_check.hpp"
#include "journal/sqlite/wal_check.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <sqlite3.h>

#include <optional>
#include <utility>

namespace asio_chat::sqlite {

namespace {

using bad_record = verify_report::bad_record;

/// Goes along one room's records.
class room_check {
 public:
  room_check(const room_row& room, std::string name, bool erased, key_ring& keys)
      : room_(room)
      , name_(std::move(name))
      , erased_(erased)
      , keys_(keys)
      , chain_(room.chain_before) {}

  /// @param look what is called after each record
  template <class Function>
  std::optional<bad_record> run(record_table& records, verify_report& report, Function look) {
    records.forwards(room_, 0, [&](const stored_record& s) {
      const bool good = look_at(s, report);
      look();
      return good;
    });
    if (!bad_ && next_ != 0 && (next_ != room_.head + 1 || chain_ != room_.chain))
      bad(next_, room_.head, "what came after it has been cut off");
    if (!bad_ && next_ == 0 && (room_.first != room_.head + 1 || chain_ != room_.chain))
      bad(room_.first, room_.head, "the entries have been taken out");
    return bad_;
  }

 private:
  bool bad(std::uint64_t first, std::uint64_t last, std::string why) {
    bad_ = bad_record{name_, first, last, std::move(why)};
    return false;
  }

  bool look_at(const stored_record& s, verify_report& report) {
    const record_header& h = s.header;
    const bool follows = next_ == 0 ? h.first <= room_.first : h.first == next_;
    if (!follows)
      return bad(next_ == 0 ? room_.first : next_, h.first - 1, "entries have been taken out");
    if (h.last < h.first || h.last > room_.head)
      return bad(h.first, h.last, "it goes on where the room has ended");
    const std::uint64_t count = h.last - h.first + 1;
    if (erased_) {
      report.unreadable += count;
    } else {
      const auto key = keys_.key(room_.tag, h.key);
      if (!key && is_outside(key.error())) throw error(key.error()); // of the ring's file
      if (!key && key.error().code == errc::not_available) return pass_destroyed(s, report);
      if (!key) return bad(h.first, h.last, key.error().message);
      if (!is_linked(**key, s)) return bad(h.first, h.last, "it is not as it was written");
      const auto entries = open(**key, s, name_);
      if (!entries) return bad(h.first, h.last, entries.error().message);
      report.entries += count;
      for (const journal::record& r : *entries)
        if (r.what.kind == entry_kind::destroyed) note_destroyed(r.what.at.offset, report);
    }
    chain_ = s.chain;
    next_ = h.last + 1;
    return true;
  }

  /// Its key was destroyed with a text in it, from before texts had keys of their own.
  bool pass_destroyed(const stored_record& s, verify_report& report) {
    for (std::uint64_t offset = s.header.first; offset <= s.header.last; ++offset)
      note_destroyed(offset, report);
    report.entries += s.header.last - s.header.first + 1;
    chain_ = s.chain;
    next_ = s.header.last + 1;
    return true;
  }

  void note_destroyed(std::uint64_t offset, verify_report& report) {
    ++report.destroyed;
    auto& all = report.where_destroyed;
    if (!all.empty() && all.back().room == name_ && all.back().last + 1 == offset) {
      ++all.back().last;
    } else {
      all.push_back({name_, offset, offset});
    }
  }

  const room_row& room_;
  std::string name_;
  bool erased_;
  key_ring& keys_;
  chain_value chain_;
  std::uint64_t next_ = 0; ///< the offset that has to follow
  std::optional<bad_record> bad_;
};

void check_pages(SQLite::Database& db, verify_report& report) {
  SQLite::Statement check(db, "PRAGMA integrity_check(1)");
  while (check.executeStep()) {
    const std::string said = check.getColumn(0).getString();
    if (is_outside(said)) throw SQLite::Exception(said, SQLITE_IOERR);
    if (said != "ok") report.bad.push_back({"", 0, 0, said});
  }
}

void check_names(SQLite::Database& db, key_ring& keys, verify_report& report) {
  name_table(db, keys).all([&](const failure& f) { report.bad.push_back({"", 0, 0, f.message}); });
}

void check_people(SQLite::Database& db, key_ring& keys, verify_report& report) {
  try {
    people_table(db, keys).for_each([](const fact&) {});
  } catch (const damage& e) {
    report.bad.push_back({"", 0, 0, e.what()});
  }
}

void check_rooms(SQLite::Database& db, key_ring& keys, verify_report& report,
                 const progress_function& tell) {
  const auto destroyed = keys.destroyed();
  if (!destroyed) throw error(destroyed.error());
  room_table rooms(db, keys);
  record_table records(db);
  std::int64_t number = 0;
  const auto total = static_cast<std::uint64_t>(
      db.execAndGet("SELECT total(max(min(head, 1<<40) - first + 1, 0)) FROM rooms").getDouble());
  const auto look = [&] { tell("entries", report.entries + report.unreadable, total); };
  try {
    for (;;) {
      const auto found = rooms.next_of_any(number);
      if (!found) break;
      const room_row* const r = &found->row;
      number = r->number;
      ++report.rooms;
      const auto name = open_name(keys, *r);
      if (!found->whole) {
        report.bad.push_back({name ? *name : std::string(), 0, 0,
                              fmt::format("the row of room {} is not as it was written", number)});
        continue;
      }
      if (!name) report.bad.push_back({"", 0, 0, name.error().message});
      const bool erased = is_erased(*r, *destroyed);
      room_check check(*r, name ? *name : std::string(), erased, keys);
      if (auto bad = check.run(records, report, look)) report.bad.push_back(std::move(*bad));
      if (const auto topic = open_topic(keys, *r); !erased && !topic)
        report.bad.push_back({name ? *name : std::string(), 0, 0, topic.error().message});
    }
    check_count(rooms, static_cast<std::int64_t>(report.rooms));
    check_places(db, rooms);
  } catch (const damage& e) {
    report.bad.push_back({"", 0, 0, e.what()});
  }
}

std::string describe(lineage l) {
  switch (l) {
  case lineage::descends:
    break;
  case lineage::is_behind:
    return "it ends before the head given with --since: it is an older copy";
  case lineage::is_another:
    return "it did not go on from the head given with --since: it is an older copy that went on "
           "otherwise";
  case lineage::not_known:
    return "the head given with --since is older than what the journal remembers of its starts, or "
           "than the last --begin-anew: nothing tells whether it went on from there";
  }
  return {};
}

void check_head(SQLite::Database& db, int version, key_ring& keys, verify_report& report,
                const std::optional<head_name>& since) {
  const auto bad = [&](std::string why) { report.bad.push_back({"", 0, 0, std::move(why)}); };
  if (version < head_version) {
    if (since)
      report.not_since = "it is from before a journal had a head: --since cannot be answered";
    return;
  }
  try {
    head_row head(keys);
    head.load(db);
    for (const covered t : compare_tables(db, head, keys, tables_read::all).changed)
      bad(describe_change(t));
    report.head = head.name();
    if (std::string complaint = keys.complaint(head.keys_seen()); !complaint.empty())
      bad(std::move(complaint));
    if (!since) return;
    report.not_since = describe(head.compare(db, *since));
  } catch (const damage& e) {
    bad(e.what());
  }
}

} // namespace

result<head_name> head_of(const database_file& f, key_ring& keys) {
  if (auto file = check_is_file(f); !file) return file.error();
  if (auto log = check_wal(f); !log) return log.error();
  try {
    SQLite::Database db = connect_for_reading(f);
    const auto version = version_of(db, f, journal_schema());
    if (!version) return version.error();
    if (auto head = check_has_head(db, f, keys); !head) return head.error();
    if (*version < head_version)
      return fail(
          errc::storage_failed,
          fmt::format("the {} '{}' is from before a journal had a head: the daemon makes one "
                      "when it starts",
                      f.what, f.path));
    const SQLite::Transaction snapshot(db);
    check_is_whole(db, keys);
    head_row head(keys);
    head.load(db);
    return head.name();
  } catch (const SQLite::Exception& e) {
    return explain(f, e);
  } catch (const damage& e) {
    return explain(f, e);
  }
}

result<verify_report> verify(const database_file& f, key_ring& keys, const progress_function& tell,
                             const std::optional<head_name>& since) {
  const auto say = [&](std::string_view doing, std::uint64_t done, std::uint64_t total) {
    if (tell) tell(doing, done, total);
  };
  if (auto file = check_is_file(f); !file) return file.error();
  if (auto log = check_wal(f); !log) return log.error();
  try {
    SQLite::Database db = connect_to_look(f);
    SQLite::Transaction snapshot(db);
    const auto version = version_of(db, f, journal_schema());
    if (!version) return version.error();
    if (f.what != "backup") {
      if (auto head = check_has_head(db, f, keys); !head) return head.error();
    }
    verify_report report;
    try {
      say("pages", 0, 0);
      check_pages(db, report);
      if (*version >= head_version) {
        for (std::string& change : schema_changes(db))
          report.bad.push_back({"", 0, 0, std::move(change)});
      }
      check_names(db, keys, report);
      if (*version >= people_version) check_people(db, keys, report);
      check_rooms(db, keys, report, say);
      // At the end: what tells more comes first.
      check_head(db, *version, keys, report, since);
    } catch (const SQLite::Exception& e) {
      if (is_outside(e)) return explain(f, e); // nothing is known of what is in the file
      report.bad.push_back({"", 0, 0, explain(f, e).message});
    }
    return report;
  } catch (const SQLite::Exception& e) {
    return explain(f, e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

} // namespace asio_chat::sqlite
