#include "journal/memory_journal.hpp"

#include "journal/log_feed.hpp"
#include "journal/memory_log.hpp"
#include "journal/tokenizer.hpp"

#include <asio_chat/log_span.hpp>

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

namespace {

/// To search takes as long as the texts are: of more than one, so many bytes in a slice.
constexpr std::size_t text_at_once = 8 * 1024;
/// Memory for so many answers is kept for the next ones.
constexpr std::size_t max_answers_kept = 1'024;

} // namespace

/// A search between two slices. Meanwhile entries may be dropped, and the log with them.
struct memory_journal::search_state {
  search_query what;
  search_done done;
  std::uint64_t epoch = 0;
  std::uint64_t next = 0; ///< the offset to look at; older ones follow
  hits found{};           ///< newest first
  entry seen{};           ///< one after the other
};

/// Answers wait here for one task on the scheduler.
struct memory_journal::outgoing {
  /// To an append of a new entry: what is answered most, so it has no allocation of its own.
  struct committed {
    record what;
    append_done done;
  };
  using one = std::variant<std::function<void()>, committed>;

  void give(std::function<void()>& task) const { task(); }
  void give(committed& c) { feed.committed(std::move(c.what), c.done); }
  void give_all();

  std::vector<one> answers;
  std::vector<one> given; ///< empty: memory for the next ones
  log_feed feed;          ///< good for answers: they are given while it is there
};

void memory_journal::outgoing::give_all() {
  std::vector<one> now = std::exchange(answers, std::exchange(given, {}));
  for (one& a : now) {
    if (feed.ended()) return; // an answer was the journal's end
    std::visit([this](auto& what) { give(what); }, a);
  }
  now.clear();
  if (now.capacity() <= max_answers_kept) given = std::move(now);
}

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

memory_journal::logs& memory_journal::list_of(const memory_log& l) {
  return l.followers > 0 ? in_use_[static_cast<std::size_t>(std::bit_width(l.bytes()))] : idle_;
}

memory_log& memory_journal::log_of(const std::string& room) {
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    logs& list = list_of(*found->second);
    list.splice(list.begin(), list, found->second);
    return *found->second;
  }
  memory_log& made = idle_.emplace_front(room, epoch_);
  by_room_.emplace(room, idle_.begin());
  return made;
}

void memory_journal::give_up(logs::iterator l) {
  // Should the room be used again, its offsets begin anew.
  if (l->head().offset > 0) ++epoch_;
  bytes_ -= l->bytes();
  by_room_.erase(l->room());
  logs gone;
  gone.splice(gone.begin(), list_of(*l), l);
  if (gone.front().size() > entries_at_once) clear_away(std::move(gone));
}

void memory_journal::clear_away(logs gone) {
  const auto shared = std::make_shared<logs>(std::move(gone));
  slices_.add([shared] {
    shared->front().destroy(entries_at_once);
    return shared->front().size() > 0;
  });
}

void memory_journal::give_up_idle_logs() {
  while (idle_.size() > bounds_.idle_rooms)
    give_up(std::prev(idle_.end()));
}

void memory_journal::count(memory_log& l, std::size_t before) {
  bytes_ += l.bytes() - before;
  if (l.followers == 0 || std::bit_width(before) == std::bit_width(l.bytes())) return;
  logs& was = in_use_[static_cast<std::size_t>(std::bit_width(before))];
  logs& is = list_of(l);
  is.splice(is.begin(), was, by_room_.at(l.room()));
}

void memory_journal::drop_oldest_entry(memory_log& l) {
  const std::size_t before = l.bytes();
  l.drop_oldest();
  count(l, before);
}

bool memory_journal::is_too_long(const memory_log& l) const noexcept {
  return l.size() > bounds_.entries_per_room || l.bytes() > bounds_.bytes_per_room;
}

void memory_journal::drop_oldest_entries(memory_log& l) {
  // As many as one append may bring too much, and more: bounds that have shrunk are reached soon.
  for (std::size_t n = 0; n < entries_at_once && l.size() > 1; ++n) {
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
    if (longest == in_use_.rend() || longest->back().size() < 2) return;
    drop_oldest_entry(longest->back());
  }
}

void memory_journal::answer(std::function<void()> task) {
  out_->answers.emplace_back(std::move(task));
  give_answers_later();
}

void memory_journal::give_answers_later() {
  if (out_->answers.size() > 1) return; // a task for all of them is on its way
  later_([out = std::weak_ptr(out_)] {
    if (const auto alive = out.lock()) alive->give_all();
  });
}

void memory_journal::follow(std::string room, std::shared_ptr<listener> to, follow_done done) {
  memory_log& l = log_of(room);
  if (l.followers++ == 0) {
    logs& list = list_of(l);
    list.splice(list.begin(), idle_, by_room_.at(room));
  }
  const log_state state{l.head(), l.topic()};
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
  if (l->followers == 1 && l->head().offset == 0)
    return give_up(l); // looking at rooms pushes out no other's log
  logs& list = list_of(*l);
  if (--l->followers > 0) return;
  idle_.splice(idle_.begin(), list, l);
  give_up_idle_logs();
}

void memory_journal::append(entry draft, const identity& author, append_done done) {
  memory_log& l = log_of(draft.room);
  record r{std::move(draft), author};
  const memory_log::message_id id(r.author, r.what.id);
  if (const auto first = l.find(id)) {
    return answer(
        [done = std::move(done), a = appended{first->at, first->time, true}] { done(a); });
  }
  const std::size_t before = l.bytes();
  l.append(r, id);
  count(l, before);
  if (is_too_long(l)) drop_oldest_entries(l);
  give_up_idle_logs();
  if (bytes_ > bounds_.bytes) keep_bounds();
  out_->answers.emplace_back(outgoing::committed{std::move(r), std::move(done)});
  give_answers_later();
}

void memory_journal::read(std::string room, range part, read_done done) {
  const auto found = by_room_.find(room);
  page p = found == by_room_.end() ? page_of_nothing(part.of) : found->second->read(part);
  answer([done = std::move(done), p = std::move(p)]() mutable { done(std::move(p)); });
}

void memory_journal::search(search_query q, search_done done) {
  const auto state = std::make_shared<search_state>();
  if (const auto in = by_room_.find(q.room); in != by_room_.end()) {
    state->epoch = in->second->head().epoch;
    state->next = in->second->head().offset;
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

void memory_journal::destroy(std::string room, std::vector<std::uint64_t> offsets,
                             destroy_done done) {
  if (const auto found = by_room_.find(room); found != by_room_.end())
    for (const std::uint64_t offset : offsets)
      found->second->destroy_text(offset);
  answer([done = std::move(done)] { done({}); });
}

void memory_journal::drop(std::string room, wall_time quiet, drop_done done) {
  drop_state state = drop_state::gone;
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    const memory_log& l = *found->second;
    entry newest;
    if (l.size() > 0) l.read_entry(l.head().offset, newest);
    if (l.followers > 0 || (l.size() > 0 && newest.time > quiet))
      state = drop_state::kept;
    else
      give_up(found->second);
  }
  answer([done = std::move(done), state] { done(state); });
}

void memory_journal::trim(std::string room, std::uint64_t entries, wall_time since,
                          trim_done done) {
  bool more = false;
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    memory_log& l = *found->second;
    const auto has_too_much = [&] {
      return l.size() > 0 && ((entries > 0 && l.size() > entries) || l.oldest_time() < since);
    };
    for (std::size_t n = 0; n < entries_at_once && has_too_much(); ++n) {
      l.destroy_text(l.first_offset());
      drop_oldest_entry(l);
    }
    more = has_too_much();
  }
  answer([done = std::move(done), more] { done(more); });
}

void memory_journal::list(std::string from, list_done done) {
  constexpr std::size_t rooms_at_once = 64;
  // The lowest names behind that one: names stay where they are in this order.
  std::set<std::string_view> found;
  for (const auto& [room, l] : by_room_) {
    if (room <= from || l->size() == 0) continue;
    found.insert(room);
    if (found.size() > rooms_at_once) found.erase(std::prev(found.end()));
  }
  log_list some{{found.begin(), found.end()}, {}};
  if (found.size() == rooms_at_once) some.next = some.rooms.back();
  answer([done = std::move(done), some = std::move(some)]() mutable { done(std::move(some)); });
}

bool memory_journal::search_on(search_state& s) {
  const auto in = by_room_.find(s.what.room);
  if (in == by_room_.end() || in->second->head().epoch != s.epoch)
    return false; // given up meanwhile
  const memory_log& l = *in->second;
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < entries_at_once; ++n, --s.next) {
    if (s.next == 0 || s.next < l.first_offset()) return false;
    bytes += l.text_bytes(s.next);
    if (n > 0 && bytes > text_at_once) return true;
    l.read_entry(s.next, s.seen);
    if (s.seen.kind == entry_kind::destroyed || !matches(s.what, s.seen)) continue;
    if (s.found.entries.size() == s.what.limit) {
      s.found.more = true;
      return false;
    }
    s.found.entries.push_back(s.seen);
  }
  return true;
}

} // namespace asio_chat
