#include "journal/sqlite/reader.hpp"

#include "journal/sqlite/log_search.hpp"

#include <asio_chat/log_span.hpp>

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace asio_chat::sqlite {

struct reader::connection {
  connection(const database_file& f, const key_ring& keys)
      : db(connect_for_reading(f))
      , rooms(db, keys)
      , records(db) {}

  SQLite::Database db;
  room_table rooms;
  record_table records;
};

namespace {

/// Where a position of somebody's is in this log, in its current epoch.
struct place_in_log {
  position from;
  journal::log_is compared = journal::log_is::as_known;
};

place_in_log find_place(const log_range& asked, const room_row& room, record_table& records) {
  using enum journal::log_is;
  const position& known = asked.from;
  // What is no longer kept cannot be compared.
  const auto chain = known.tag == 0 ? std::nullopt : records.chain_at(room, known.tag_offset);
  const bool is_proven = chain && tag_of(*chain) == known.tag;
  const auto end = end_of_epoch(room, known.epoch);
  if (!end) {
    // The log is the same up to there, whatever epochs it has had since.
    if (is_proven && known.offset <= known.tag_offset) return {{room.epoch, known.offset}};
    const bool goes_on = asked.where == log_range::side::after && known.offset > 0;
    return {known, goes_on ? another : as_known};
  }
  const bool in_older = known.epoch != room.epoch;
  if (known.tag != 0 && known.tag_offset > *end)
    return {{room.epoch, in_older ? std::min(known.offset, *end) : known.offset}, cut_back};
  if (chain && !is_proven) return {{}, another};
  if (in_older && known.offset > *end) {
    const bool goes_on = asked.where == log_range::side::after;
    return {{room.epoch, *end}, goes_on ? cut_back : as_known};
  }
  return {{room.epoch, known.offset}};
}

/// Nothing is known of them but that they were there: their key was destroyed with a text among
/// them, from before texts had keys of their own.
result<std::vector<journal::record>> nobodys_entries(const stored_record& r,
                                                     const std::string& room) {
  std::vector<journal::record> entries;
  for (std::uint64_t offset = r.header.first; offset <= r.header.last; ++offset) {
    entry& e = entries.emplace_back().what;
    e.room = room;
    e.at = {r.header.epoch, offset};
    e.time = r.header.time;
    e.from = "?"; // no member can be called so
    e.kind = entry_kind::destroyed;
    e.text = destroyed_text;
  }
  return entries;
}

/// Puts a page together, from either end, until it has enough bytes.
class page_builder {
 public:
  page_builder(const log_span& wanted, std::size_t bytes, journal::log_is compared)
      : wanted_(wanted)
      , max_bytes_(bytes)
      , compared_(compared) {}

  /// False if this one, and those behind it, are not part of the page.
  bool add(journal::record&& r) {
    bytes_ += r.what.text.size() + journal::entry_overhead;
    if (!entries_.empty() && bytes_ > max_bytes_) return false;
    entries_.push_back(std::move(r));
    return true;
  }
  bool wants(std::uint64_t offset) const noexcept {
    return offset >= wanted_.first && offset < wanted_.end;
  }
  journal::page finish(const room_row& room, bool backwards) {
    journal::page p;
    if (backwards) std::reverse(entries_.begin(), entries_.end());
    const std::uint64_t here = backwards ? wanted_.end : wanted_.first;
    const std::uint64_t first = entries_.empty() ? here : entries_.front().what.at.offset;
    const std::uint64_t end = entries_.empty() ? here : entries_.back().what.at.offset + 1;
    p.entries = std::move(entries_);
    p.earlier = first > room.first;
    p.more = end <= room.head;
    p.head = {room.epoch, room.head};
    if (wanted_.missed) p.gap = room.first;
    p.compared = compared_;
    return p;
  }

 private:
  log_span wanted_;
  std::size_t max_bytes_;
  journal::log_is compared_;
  std::size_t bytes_ = 0;
  std::vector<journal::record> entries_;
};

} // namespace

reader::reader(database_file f, key_ring& keys, const search_index& index, report_function tell)
    : file_(std::move(f))
    , keys_(keys)
    , index_(index)
    , reporter_(std::move(tell)) {}

reader::~reader() = default;

template <class Answer, class Function>
result<Answer> reader::in_one_snapshot(Function f) {
  std::string why;
  try {
    if (!connection_) connection_ = std::make_unique<connection>(file_, keys_);
    result<Answer> answer = f(*connection_);
    if (answer) return answer;
    why = answer.error().message;
  } catch (const SQLite::Exception& e) {
    connection_.reset();
    why = explain(file_, e).message;
  } catch (const error& e) {
    why = e.what();
  }
  reporter_.tell(why);
  return fail(errc::storage_failed, "what was said here cannot be read; the server's log says why");
}

result<std::vector<journal::record>>
reader::open_record(const stored_record& r, const std::string& room, const room_row& row) {
  const auto key = keys_.key(r.header.room, r.header.key);
  if (key) return open(**key, r, room);
  // Where the newest key is gone as well, the room was erased, and a start will say so.
  const bool is_destroyed = key.error().code == errc::not_available && keys_.key(row.tag, row.key);
  return is_destroyed ? nobodys_entries(r, room) : key.error();
}

result<journal::page> reader::read(const std::string& room, const journal::range& part) {
  return in_one_snapshot<journal::page>([&](connection& c) {
    SQLite::Transaction snapshot(c.db);
    return read(c, room, part);
  });
}

result<journal::page> reader::read(connection& c, const std::string& room,
                                   const journal::range& part) {
  const auto row = c.rooms.find(keys_.tag_of(room));
  if (!row) return page_of_nothing(part.of);
  log_range asked = part.of;
  const auto [from, compared] = find_place(asked, *row, c.records);
  asked.from = from;
  const log_span wanted = span_of(asked, row->epoch, row->first, row->head);
  const bool backwards = part.of.where == log_range::side::before;
  page_builder page(wanted, part.bytes, compared);
  if (wanted.first == wanted.end) return page.finish(*row, backwards);

  std::optional<failure> failed;
  const auto visit = [&](const stored_record& s) {
    if (s.header.last < wanted.first) return false; // going backwards
    auto entries = open_record(s, room, *row);
    if (!entries) {
      failed = entries.error();
      return false;
    }
    position& last = entries->back().what.at;
    last.tag = tag_of(s.chain);
    last.tag_offset = last.offset;
    if (backwards) std::reverse(entries->begin(), entries->end());
    for (journal::record& r : *entries) {
      if (page.wants(r.what.at.offset) && !page.add(std::move(r))) return false;
    }
    return s.header.last + 1 < wanted.end || backwards;
  };
  if (backwards) {
    c.records.backwards(*row, wanted.end - 1, visit);
  } else {
    c.records.forwards(*row, wanted.first, visit);
  }
  if (failed) return std::move(*failed);
  return page.finish(*row, backwards);
}

result<journal::log_list> reader::list(const std::string& from) {
  constexpr std::size_t rooms_at_once = 64;
  return in_one_snapshot<journal::log_list>([&](connection& c) -> result<journal::log_list> {
    const SQLite::Transaction snapshot(c.db);
    journal::log_list found;
    std::int64_t last = from.empty() ? 0 : std::stoll(from);
    for (std::size_t looked = 0; looked < rooms_at_once; ++looked) {
      const auto r = c.rooms.next_of_any(last);
      if (!r) return found;
      last = r->row.number;
      if (!r->whole || r->row.key == 0) continue; // damaged, or nothing was said in it
      auto name = open_name(keys_, r->row);
      if (!name) return name.error();
      found.rooms.push_back(*std::move(name));
    }
    found.next = std::to_string(last);
    return found;
  });
}

result<journal::hits> reader::search(const search_query& q) {
  return in_one_snapshot<journal::hits>([&](connection& c) -> result<journal::hits> {
    const room_tag tag = keys_.tag_of(q.room);
    const auto known = c.rooms.find(tag);
    if (!known) return journal::hits{};
    // Before the snapshot: see `search_index::find`.
    auto candidates = index_.find(c.db, {known->number, search_index::terms_of(q)},
                                  [&](std::uint32_t number) { return keys_.key(tag, number); });
    SQLite::Transaction snapshot(c.db);
    const auto room = c.rooms.find(tag);
    if (!room) return journal::hits{};
    return log_search(c.db, c.records, keys_).run(q, *room, candidates);
  });
}

} // namespace asio_chat::sqlite
