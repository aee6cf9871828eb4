#include "journal/memory_journal.hpp"

#include "journal/log_feed.hpp"
#include "journal/span.hpp"
#include "journal/words.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat {

namespace {

using record = journal::record;

/// To search takes as long as the texts are: of more than one, so many bytes in a slice.
constexpr std::size_t text_at_once = 8 * 1024;

/// What a client calls its message.
struct message_id {
  explicit message_id(const record& r) noexcept
      : author(r.author)
      , id(r.what.id) {}
  bool operator==(const message_id& other) const noexcept {
    return author == other.author && id == other.id;
  }

  const identity& author;
  std::string_view id;
};

std::size_t weight(const record& r) noexcept {
  const entry& e = r.what;
  const std::size_t in_table = e.id.empty() ? 0 : 2 * sizeof(std::uint64_t);
  return sizeof(record) + e.text.size() + e.from.size() + e.id.size() + in_table;
}

} // namespace

/// Of the entries the room is left out: it is the log's.
struct memory_journal::log {
  struct hash_id {
    using is_transparent = void;
    std::size_t operator()(const message_id& m) const noexcept {
      std::size_t seed = std::hash<std::string_view>()(m.id);
      boost::hash_range(seed, m.author.begin(), m.author.end());
      return seed;
    }
    std::size_t operator()(std::uint64_t offset) const { return (*this)(in->id_at(offset)); }
    const log* in;
  };
  struct same_id {
    using is_transparent = void;
    bool operator()(const message_id& a, std::uint64_t b) const { return a == in->id_at(b); }
    bool operator()(std::uint64_t a, const message_id& b) const { return b == in->id_at(a); }
    bool operator()(std::uint64_t a, std::uint64_t b) const { return a == b; }
    const log* in;
  };

  log() = default;
  log(const log&) = delete; // the table of ids knows where it is
  log& operator=(const log&) = delete;

  std::uint64_t first_offset() const noexcept { return last_offset + 1 - entries.size(); }
  const record& at(std::uint64_t offset) const { return entries[offset - first_offset()]; }
  message_id id_at(std::uint64_t offset) const { return message_id(at(offset)); }
  record whole(std::uint64_t offset) const {
    record r = at(offset);
    r.what.room = room;
    r.what.id.clear();
    return r;
  }

  std::string room;
  std::size_t followers = 0; ///< it is in use if there are any
  std::uint64_t epoch = 0;
  std::deque<record> entries;
  std::uint64_t last_offset = 0;
  std::size_t bytes = 0;
  std::string topic;
  /// Offsets of entries with an id.
  boost::unordered_flat_set<std::uint64_t, hash_id, same_id> by_id{0, hash_id{this}, same_id{this}};
};

/// A search between two slices. Meanwhile entries may be dropped, and the log with them.
struct memory_journal::search_state {
  search_query what;
  search_done done;
  std::uint64_t epoch = 0;
  std::uint64_t next = 0; ///< the offset to look at; older ones follow
  hits found{};           ///< newest first
};

/// Answers wait here for one task on the scheduler.
struct memory_journal::outgoing {
  std::vector<std::function<void()>> answers;
  log_feed feed; ///< good for answers: they are given while it is there
};

memory_journal::memory_journal(scheduler later, std::uint64_t epoch, bounds b, work_watch* watch)
    : later_(later)
    , epoch_(epoch)
    , bounds_(b)
    , out_(std::make_shared<outgoing>())
    , watch_(watch)
    , slices_(std::move(later)) {}

memory_journal::~memory_journal() {
  out_->feed.end();
}

memory_journal::logs& memory_journal::list_of(const log& l) {
  return l.followers > 0 ? in_use_[static_cast<std::size_t>(std::bit_width(l.bytes))] : idle_;
}

memory_journal::log& memory_journal::log_of(const std::string& room) {
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    logs& list = list_of(*found->second);
    list.splice(list.begin(), list, found->second);
    return *found->second;
  }
  log& made = idle_.emplace_front();
  made.room = room;
  made.epoch = epoch_;
  by_room_.emplace(room, idle_.begin());
  return made;
}

void memory_journal::give_up(logs::iterator l) {
  // Should the room be used again, its offsets begin anew.
  if (l->last_offset > 0) ++epoch_;
  bytes_ -= l->bytes;
  by_room_.erase(l->room);
  logs gone;
  gone.splice(gone.begin(), list_of(*l), l);
  if (gone.front().entries.size() > entries_at_once) clear_away(std::move(gone));
}

void memory_journal::clear_away(logs gone) {
  const auto shared = std::make_shared<logs>(std::move(gone));
  slices_.add([shared] {
    std::deque<record>& entries = shared->front().entries;
    const std::size_t now = std::min(entries.size(), entries_at_once);
    entries.erase(entries.end() - static_cast<std::ptrdiff_t>(now), entries.end());
    return !entries.empty();
  });
}

void memory_journal::give_up_idle_logs() {
  while (idle_.size() > bounds_.idle_rooms)
    give_up(std::prev(idle_.end()));
}

void memory_journal::count(log& l, std::size_t added, std::size_t taken) {
  const std::size_t was = l.bytes;
  l.bytes += added - taken;
  bytes_ += added - taken;
  if (l.followers == 0 || std::bit_width(was) == std::bit_width(l.bytes)) return;
  logs& before = in_use_[static_cast<std::size_t>(std::bit_width(was))];
  logs& after = list_of(l);
  after.splice(after.begin(), before, by_room_.at(l.room));
}

void memory_journal::drop_oldest_entry(log& l) {
  const record& oldest = l.entries.front();
  count(l, 0, weight(oldest));
  if (!oldest.what.id.empty()) l.by_id.erase(l.first_offset());
  l.entries.pop_front();
}

bool memory_journal::is_too_long(const log& l) const noexcept {
  return l.entries.size() > bounds_.entries_per_room || l.bytes > bounds_.bytes_per_room;
}

void memory_journal::drop_oldest_entries(log& l) {
  // As many as one append may bring too much, and more: bounds that have shrunk are reached soon.
  for (std::size_t n = 0; n < entries_at_once && l.entries.size() > 1; ++n) {
    if (!is_too_long(l)) return;
    drop_oldest_entry(l);
  }
}

void memory_journal::keep_bounds() {
  while (bytes_ > bounds_.bytes && !idle_.empty() && by_room_.size() > 1)
    give_up(std::prev(idle_.end()));
  for (std::size_t n = 0; n < entries_at_once && bytes_ > bounds_.bytes; ++n) {
    const auto longest = std::find_if(in_use_.rbegin(), in_use_.rend(),
                                      [](const logs& some) { return !some.empty(); });
    if (longest == in_use_.rend() || longest->back().entries.size() < 2) return;
    drop_oldest_entry(longest->back());
  }
}

void memory_journal::answer(std::function<void()> task) {
  out_->answers.push_back(std::move(task));
  if (out_->answers.size() > 1) return; // a task for all of them is on its way
  later_([out = std::weak_ptr(out_)] {
    const auto alive = out.lock();
    if (!alive) return;
    for (const auto& t : std::exchange(alive->answers, {})) {
      if (alive->feed.ended()) return; // an answer was the journal's end
      t();
    }
  });
}

void memory_journal::follow(std::string room, std::shared_ptr<listener> to, follow_done done) {
  log& l = log_of(room);
  if (l.followers++ == 0) {
    logs& list = list_of(l);
    list.splice(list.begin(), idle_, by_room_.at(room));
  }
  const log_state state{{l.epoch, l.last_offset}, l.topic};
  answer([feed = &out_->feed, room = std::move(room), to = std::move(to), done = std::move(done),
          state] {
    feed->follow(room, to);
    done(state);
  });
}

void memory_journal::unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) {
  const auto found = by_room_.find(room);
  answer([feed = &out_->feed, room = std::move(room), to = std::move(to), done = std::move(done)] {
    feed->unfollow(room, to);
    done();
  });
  if (found == by_room_.end() || found->second->followers == 0) return;
  const auto l = found->second;
  if (l->followers == 1 && l->last_offset == 0)
    return give_up(l); // looking at rooms pushes out no other's log
  logs& list = list_of(*l);
  if (--l->followers > 0) return;
  idle_.splice(idle_.begin(), list, l);
  give_up_idle_logs();
}

void memory_journal::append(entry draft, const identity& author, append_done done) {
  log& l = log_of(draft.room);
  record r{std::move(draft), author};
  if (!r.what.id.empty()) {
    if (const auto found = l.by_id.find(message_id(r)); found != l.by_id.end()) {
      const entry& first = l.at(*found).what;
      return answer(
          [done = std::move(done), a = appended{first.at, first.time, true}] { done(a); });
    }
  }
  r.what.at = {l.epoch, ++l.last_offset};
  if (r.what.kind == entry_kind::topic) l.topic = r.what.text;
  std::string room = std::exchange(r.what.room, {});
  l.entries.push_back(r);
  count(l, weight(r), 0);
  if (!r.what.id.empty()) l.by_id.insert(l.last_offset);
  r.what.room = std::move(room);
  if (is_too_long(l)) drop_oldest_entries(l);
  give_up_idle_logs();
  if (bytes_ > bounds_.bytes) keep_bounds();
  answer([feed = &out_->feed, done = std::move(done), r = std::move(r)]() mutable {
    feed->committed(std::move(r), done);
  });
}

void memory_journal::read(std::string room, range part, read_done done) {
  page p;
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    const log& l = *found->second;
    const span wanted = span_of(part.of, l.epoch, l.first_offset(), l.last_offset);
    if (wanted.missed) p.gap = l.first_offset();
    const bool backwards = part.of.where == log_range::side::before;
    std::size_t bytes = 0;
    std::uint64_t first = wanted.first;
    std::uint64_t end = wanted.end;
    for (std::uint64_t n = 0; n < wanted.end - wanted.first; ++n) {
      const std::uint64_t o = backwards ? wanted.end - 1 - n : wanted.first + n;
      bytes += l.at(o).what.text.size() + entry_overhead;
      if (n > 0 && bytes > part.bytes) {
        (backwards ? first : end) = backwards ? o + 1 : o;
        break;
      }
    }
    for (std::uint64_t o = first; o < end; ++o) {
      p.entries.push_back(l.whole(o));
    }
    p.earlier = first > l.first_offset();
    p.more = end <= l.last_offset;
    p.head = {l.epoch, l.last_offset};
  }
  answer([done = std::move(done), p = std::move(p)]() mutable { done(std::move(p)); });
}

void memory_journal::search(search_query q, search_done done) {
  const auto state = std::make_shared<search_state>();
  if (const auto in = by_room_.find(q.room); in != by_room_.end()) {
    state->epoch = in->second->epoch;
    state->next = in->second->last_offset;
  }
  state->what = std::move(q);
  state->done = std::move(done);
  slices_.add([this, state] {
    const work_watch::piece slice(watch_, "search");
    if (search_on(*state)) return true;
    std::reverse(state->found.entries.begin(), state->found.entries.end());
    answer([state] { state->done(std::move(state->found)); });
    return false;
  });
}

bool memory_journal::search_on(search_state& s) {
  const auto in = by_room_.find(s.what.room);
  if (in == by_room_.end() || in->second->epoch != s.epoch) return false; // given up meanwhile
  const log& l = *in->second;
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < entries_at_once; ++n, --s.next) {
    if (s.next == 0 || s.next < l.first_offset()) return false;
    bytes += l.at(s.next).what.text.size();
    if (n > 0 && bytes > text_at_once) return true;
    if (!matches(s.what, l.at(s.next).what)) continue;
    if (s.found.entries.size() == s.what.limit) {
      s.found.more = true;
      return false;
    }
    s.found.entries.push_back(l.whole(s.next).what);
  }
  return true;
}

} // namespace asio_chat
