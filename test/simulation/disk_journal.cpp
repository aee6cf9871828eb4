#include "disk_journal.hpp"

#include "accounts/read_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace asio_chat::simulation {

void disk_journal::follow(std::string room, std::shared_ptr<listener> to, follow_done done) {
  calls_.push_back(
      [this, room = std::move(room), to = std::move(to), done = std::move(done)](bool) {
        const disk::log& l = disk_.logs[room];
        const log_state state{{epoch, l.entries.size()}, ""};
        answers_.push_back([this, room, to, done, state] {
          feed_.follow(room, to);
          done(state);
        });
      });
}

void disk_journal::unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) {
  calls_.push_back(
      [this, room = std::move(room), to = std::move(to), done = std::move(done)](bool) {
        answers_.push_back([this, room, to, done] {
          feed_.unfollow(room, to);
          done();
        });
      });
}

void disk_journal::append(entry draft, const identity& author, append_done done) {
  calls_.push_back([this, draft = std::move(draft), author, done = std::move(done)](bool full) {
    disk::log& l = disk_.logs[draft.room];
    const std::string key =
        draft.room + '\n' + std::string(author.begin(), author.end()) + draft.id;
    if (const auto known = disk_.offset_of_id.find(key); known != disk_.offset_of_id.end()) {
      const appended first{{epoch, known->second}, l.entries[known->second - 1].what.time, true};
      answers_.push_back([done, first] { done(first); });
    } else if (full) {
      answers_.push_back([done] { done(fail(errc::storage_failed, "the disk is full")); });
    } else {
      l.entries.push_back({draft, author});
      record& stored = l.entries.back();
      stored.what.at = {epoch, l.entries.size()};
      disk_.offset_of_id[key] = stored.what.at.offset;
      answers_.push_back([this, done, stored] { feed_.committed(record(stored), done); });
    }
  });
}

void disk_journal::read(std::string room, range part, read_done done) {
  calls_.push_back([this, room = std::move(room), part, done = std::move(done)](bool) {
    const disk::log& l = disk_.logs[room];
    const log_span s = span_of(part.of, epoch, l.first, l.entries.size());
    page p;
    if (s.missed) p.gap = l.first;
    for (std::uint64_t o = s.first; o < s.end; ++o)
      p.entries.push_back(l.entries[o - 1]);
    p.more = s.end <= l.entries.size();
    p.head = {epoch, l.entries.size()};
    pages_.push_back([done, p] { done(p); });
  });
}

void disk_journal::destroy(std::string room, std::vector<std::uint64_t> offsets,
                           destroy_done done) {
  calls_.push_back([this, room = std::move(room), offsets = std::move(offsets),
                    done = std::move(done)](bool full) {
    if (full)
      return answers_.push_back([done] { done(fail(errc::storage_failed, "the disk is full")); });
    for (const std::uint64_t o : offsets) {
      entry& e = disk_.logs[room].entries[o - 1].what;
      e.kind = entry_kind::destroyed;
      e.text = destroyed_text;
    }
    answers_.push_back([done] { done({}); });
  });
}

void disk_journal::trim(std::string room, std::uint64_t entries, wall_time since, trim_done done) {
  constexpr int at_once = 4;
  calls_.push_back([this, room = std::move(room), entries, since,
                    done = std::move(done)](bool full) {
    if (full)
      return answers_.push_back([done] { done(fail(errc::storage_failed, "the disk is full")); });
    disk::log& l = disk_.logs[room];
    const auto has_too_much = [&] {
      const std::uint64_t there = l.entries.size() + 1 - l.first;
      return there > 0 &&
             ((entries > 0 && there > entries) || l.entries[l.first - 1].what.time < since);
    };
    for (int n = 0; n < at_once && has_too_much(); ++n) {
      entry& e = l.entries[l.first++ - 1].what;
      e.kind = entry_kind::destroyed;
      e.text = destroyed_text;
    }
    answers_.push_back([done, more = has_too_much()] { done(more); });
  });
}

void disk_journal::list(std::string from, list_done done) {
  calls_.push_back([this, from = std::move(from), done = std::move(done)](bool) {
    log_list some;
    const auto first = from.empty() ? disk_.logs.begin() : disk_.logs.upper_bound(from);
    if (first != disk_.logs.end()) some.rooms = {first->first};
    if (first != disk_.logs.end() && std::next(first) != disk_.logs.end()) some.next = first->first;
    answers_.push_back([done, some] { done(some); });
  });
}

void disk_journal::facts_at_start(const hearer& hears) {
  for (const auto& [key, f] : disk_.facts)
    if (!f.value.empty()) hears(f);
}

void disk_journal::keep(std::vector<fact> changes, kept done) {
  calls_.push_back([this, changes = std::move(changes), done = std::move(done)](bool full) {
    if (full) {
      answers_.push_back([done] { done(fail(errc::storage_failed, "the disk is full")); });
      return;
    }
    for (const fact& f : changes)
      put(f);
    answers_.push_back([done] { done({}); });
  });
}

void disk_journal::put(const fact& f) {
  fact& before = disk_.facts[{f.kind, f.key}];
  if (f.kind == fact_kind::reads && !f.value.empty()) {
    const account_reads now = reads_in(f);
    for (const account_reads::place& old : reads_in(before).places) {
      const auto found = std::ranges::find(now.places, old.room, &account_reads::place::room);
      if (found == now.places.end() || found->offset < old.offset)
        throw broken_promise{fmt::format("what was read of {} goes back on the disk", old.room)};
    }
  }
  before = f;
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
