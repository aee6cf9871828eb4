#include "journal/memory_journal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio_chat {

struct memory_journal::log {
  std::string room;
  bool in_use = false;
  std::uint64_t epoch = 0;
  std::deque<entry> entries;
  std::uint64_t last_offset = 0;
  std::size_t bytes = 0;
  wall_time time{};
  std::string topic;
  std::unordered_map<std::string, std::uint64_t> offset_of_id; ///< by author and id

  std::uint64_t first_offset() const noexcept { return last_offset + 1 - entries.size(); }
  entry& at(std::uint64_t offset) { return entries[offset - first_offset()]; }
};

namespace {

std::size_t weight(const entry& e) noexcept {
  const std::size_t strings = e.room.size() + e.text.size() + e.from.size() + e.id.size();
  // A place in the table of ids as well, with a key of both names.
  const std::size_t in_table = e.id.empty() ? 0 : 64 + e.from.size() + e.id.size();
  return sizeof(entry) + strings + in_table;
}

std::string id_key(const entry& e) {
  // Names have no NUL: two different pairs cannot make the same key.
  return e.from + '\0' + e.id;
}

} // namespace

memory_journal::memory_journal(scheduler later, std::uint64_t epoch, bounds b)
    : later_(std::move(later))
    , epoch_(epoch)
    , bounds_(b)
    , answers_(std::make_shared<std::vector<std::function<void()>>>()) {}

memory_journal::~memory_journal() = default;

memory_journal::log& memory_journal::log_of(const std::string& room) {
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    logs& list = found->second->in_use ? in_use_ : idle_;
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
  (l->in_use ? in_use_ : idle_).erase(l);
}

void memory_journal::give_up_idle_logs() {
  while (idle_.size() > bounds_.idle_rooms)
    give_up(std::prev(idle_.end()));
}

void memory_journal::drop_oldest_entry(log& l) {
  const entry& oldest = l.entries.front();
  l.bytes -= weight(oldest);
  bytes_ -= weight(oldest);
  if (!oldest.id.empty()) l.offset_of_id.erase(id_key(oldest));
  l.entries.pop_front();
}

void memory_journal::keep_bounds() {
  while (bytes_ > bounds_.bytes && !idle_.empty() && by_room_.size() > 1)
    give_up(std::prev(idle_.end()));
  while (bytes_ > bounds_.bytes) {
    const auto longest = std::ranges::max_element(in_use_, {}, &log::bytes);
    if (longest == in_use_.end() || longest->entries.size() < 2) return;
    const std::size_t half = longest->bytes / 2;
    while (longest->bytes > half && longest->entries.size() > 1)
      drop_oldest_entry(*longest);
  }
}

void memory_journal::answer(std::function<void()> task) {
  answers_->push_back(std::move(task));
  if (answers_->size() > 1) return; // a task for all of them is on its way
  later_([answers = std::weak_ptr(answers_)] {
    std::vector<std::function<void()>> tasks;
    if (const auto alive = answers.lock()) tasks.swap(*alive);
    for (const auto& t : tasks) {
      if (answers.expired()) return; // an answer was the journal's end
      t();
    }
  });
}

void memory_journal::open(std::string room, open_done done) {
  log& l = log_of(room);
  if (!std::exchange(l.in_use, true)) in_use_.splice(in_use_.begin(), idle_, by_room_.at(room));
  answer([done = std::move(done), state = log_state{{l.epoch, l.last_offset}, l.time, l.topic}] {
    done(state);
  });
}

void memory_journal::close(const std::string& room) {
  const auto found = by_room_.find(room);
  if (found == by_room_.end() || !found->second->in_use) return;
  const auto l = found->second;
  if (l->last_offset == 0) return give_up(l); // looking at rooms pushes out no other's log
  l->in_use = false;
  idle_.splice(idle_.begin(), in_use_, l);
  give_up_idle_logs();
}

void memory_journal::append(entry draft, append_done done) {
  log& l = log_of(draft.room);
  if (!draft.id.empty()) {
    const auto [found, is_new] = l.offset_of_id.try_emplace(id_key(draft), l.last_offset + 1);
    if (!is_new) {
      answer([done = std::move(done), a = appended{l.at(found->second), true}] { done(a); });
      return;
    }
  }
  draft.at = {l.epoch, ++l.last_offset};
  draft.time = l.time = std::max(l.time, draft.time);
  if (draft.kind == entry_kind::topic) l.topic = draft.text;
  l.bytes += weight(draft);
  bytes_ += weight(draft);
  l.entries.push_back(draft);
  while (l.entries.size() > bounds_.entries_per_room ||
         (l.bytes > bounds_.bytes_per_room && l.entries.size() > 1)) {
    drop_oldest_entry(l);
  }
  give_up_idle_logs();
  keep_bounds();
  answer([done = std::move(done), a = appended{std::move(draft), false}] { done(a); });
}

void memory_journal::read(std::string room, position after, std::size_t limit, read_done done) {
  page p;
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    const log& l = *found->second;
    const std::uint64_t seen = after.epoch == l.epoch ? std::min(after.offset, l.last_offset) : 0;
    const std::uint64_t wanted = seen + 1;
    const std::uint64_t first = std::max(wanted, l.first_offset());
    if (first > wanted) p.gap = l.first_offset();
    for (std::uint64_t o = first; o <= l.last_offset && p.entries.size() < limit; ++o) {
      p.entries.push_back(l.entries[o - l.first_offset()]);
    }
    p.more = first + p.entries.size() <= l.last_offset;
  }
  answer([done = std::move(done), p = std::move(p)] { done(p); });
}

} // namespace asio_chat
