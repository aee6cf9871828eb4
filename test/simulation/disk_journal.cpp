#include "disk_journal.hpp"

#include <algorithm>

namespace asio_chat::simulation {

void disk_journal::open(std::string room, open_done done) {
  calls_.push_back([this, room = std::move(room), done = std::move(done)](bool) {
    const disk::log& l = disk_.logs[room];
    const log_state state{{epoch, l.entries.size()}, ""};
    answers_.push_back([done, state] { done(state); });
  });
}

void disk_journal::append(entry draft, const identity& author, append_done done) {
  calls_.push_back([this, draft = std::move(draft), author, done = std::move(done)](bool full) {
    disk::log& l = disk_.logs[draft.room];
    const std::string key =
        draft.room + '\n' + std::string(author.begin(), author.end()) + draft.id;
    appended a{draft, false};
    if (const auto known = disk_.offset_of_id.find(key); known != disk_.offset_of_id.end()) {
      a.kept.at = {epoch, known->second};
      a.duplicate = true;
    } else if (full) {
      answers_.push_back([done] { done(fail(errc::storage_failed, "the disk is full")); });
      return;
    } else {
      a.kept.at = {epoch, l.entries.size() + 1};
      l.entries.push_back({a.kept, author});
      disk_.offset_of_id[key] = a.kept.at.offset;
    }
    answers_.push_back([done, a] { done(a); });
  });
}

void disk_journal::read(std::string room, range part, read_done done) {
  calls_.push_back([this, room = std::move(room), part, done = std::move(done)](bool) {
    const disk::log& l = disk_.logs[room];
    const span s = span_of(part.of, epoch, l.first, l.entries.size());
    page p;
    if (s.missed) p.gap = l.first;
    for (std::uint64_t o = s.first; o < s.end; ++o)
      p.entries.push_back(l.entries[o - 1]);
    p.more = s.end <= l.entries.size();
    p.head = {epoch, l.entries.size()};
    pages_.push_back([done, p] { done(p); });
  });
}

void disk_journal::commit(std::size_t most, bool full) {
  for (; most > 0 && !calls_.empty(); --most) {
    const auto call = std::move(calls_.front());
    calls_.pop_front();
    call(full);
  }
}

bool disk_journal::give_one(std::deque<std::function<void()>>& from) {
  if (from.empty()) return false;
  const auto a = std::move(from.front());
  from.pop_front();
  a();
  return true;
}

} // namespace asio_chat::simulation
