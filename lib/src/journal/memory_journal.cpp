#include "journal/memory_journal.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat {

struct memory_journal::log {
  std::string room;
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
  return sizeof(entry) + e.text.size() + e.from.size() + e.id.size();
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
    logs_.splice(logs_.begin(), logs_, found->second);
    return *found->second;
  }
  if (logs_.size() >= bounds_.rooms) {
    by_room_.erase(logs_.back().room);
    logs_.pop_back();
  }
  logs_.emplace_front().room = room;
  by_room_.emplace(room, logs_.begin());
  return logs_.front();
}

void memory_journal::answer(std::function<void()> task) {
  answers_->push_back(std::move(task));
  if (answers_->size() > 1) return; // a task for all of them is on its way
  later_([answers = std::weak_ptr(answers_)] {
    const auto alive = answers.lock();
    if (!alive) return;
    const auto tasks = std::exchange(*alive, {});
    for (const auto& t : tasks)
      t();
  });
}

void memory_journal::open(std::string room, open_done done) {
  // A log is made when something is written into it: looking must not push out another room's.
  log_state state{{epoch_, 0}, {}, {}};
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    const log& l = *found->second;
    state = {{epoch_, l.last_offset}, l.time, l.topic};
  }
  answer([done = std::move(done), state = std::move(state)] { done(state); });
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
  draft.at = {epoch_, ++l.last_offset};
  l.time = draft.time;
  if (draft.kind == entry_kind::topic) l.topic = draft.text;
  l.bytes += weight(draft);
  l.entries.push_back(draft);
  while (l.entries.size() > bounds_.entries_per_room ||
         (l.bytes > bounds_.bytes_per_room && l.entries.size() > 1)) {
    const entry& oldest = l.entries.front();
    l.bytes -= weight(oldest);
    if (!oldest.id.empty()) l.offset_of_id.erase(id_key(oldest));
    l.entries.pop_front();
  }
  answer([done = std::move(done), a = appended{std::move(draft), false}] { done(a); });
}

void memory_journal::read(std::string room, position after, std::size_t limit, read_done done) {
  page p;
  if (const auto found = by_room_.find(room); found != by_room_.end()) {
    const log& l = *found->second;
    const std::uint64_t wanted = after.epoch == epoch_ ? after.offset + 1 : 1;
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
