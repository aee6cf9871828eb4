#include "world.hpp"

#include "accounts/direct_facts.hpp"
#include "accounts/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::simulation {

namespace {

constexpr std::uint64_t accounts = 2; ///< of the people

} // namespace

world::world(std::uint64_t seed)
    : random_(seed) {
  limits_.posts_under_way = 16;
  const std::uint64_t count = 2 + draw(6);
  for (std::uint64_t n = 0; n < count; ++n) {
    identity who{};
    who[0] = static_cast<std::uint8_t>(n + 1);
    const bool has_account = n < accounts;
    people_.push_back(std::make_unique<person>(fmt::format("p{}", n), who, has_account));
    if (has_account) {
      const fact f = fact_of(account{who, people_.back()->name()});
      disk_.facts[{f.kind, f.key}] = f;
    }
    if (draw(3) == 0) people_.back()->capacity = 4 + draw(12);
  }
  start();
}

world::~world() {
  for (const auto& p : people_)
    p->cut_off();
}

std::uint64_t world::draw(std::uint64_t below) {
  // The distributions of the standard differ from library to library, so this is written here.
  return random_() % below;
}

void world::mix(std::uint64_t value) noexcept {
  trace_ = (trace_ ^ value) * 0x100000001b3;
}

std::uint64_t world::entries() const noexcept {
  std::uint64_t all = 0;
  for (const auto& [room, l] : disk_.logs)
    all += l.entries.size();
  return all;
}

void world::run(std::size_t steps) {
  for (std::size_t n = 0; n < steps; ++n)
    step();
  rest();
  check();
}

void world::step() {
  const std::uint64_t what = draw(100);
  mix(what);
  clock_.advance(std::chrono::milliseconds(draw(2'000)));
  person& p = anybody();
  if (p.is_connected() && p.told_to_go()) {
    p.disconnect(*hub_);
  } else if (what < 30) {
    if (p.is_connected()) speak(p);
  } else if (what < 50) {
    journal_->commit(1 + draw(8), draw(20) == 0);
  } else if (what < 70) {
    for (std::uint64_t n = 1 + draw(8); n > 0; --n) {
      if (draw(3) == 0) {
        journal_->answer_read();
      } else {
        journal_->answer();
      }
    }
    if (draw(2) == 0) tasks_.run();
  } else if (what < 88) {
    p.receive(1 + draw(10));
  } else if (what < 94) {
    if (!p.is_connected()) p.connect(*hub_, rooms_);
  } else if (what < 97) {
    if (p.is_connected()) p.disconnect(*hub_);
  } else if (what < 98) {
    retain();
  } else if (what < 99) {
    moderate(p);
  } else if (draw(4) == 0) {
    crash();
  }
}

void world::speak(person& p) {
  const std::string& room = rooms_[draw(rooms_.size())];
  const std::uint64_t changes = draw(6);
  if (changes == 0) return p.change(*hub_, draw(1'000), {});
  if (changes == 1) return p.change(*hub_, draw(1'000), fmt::format("text {}", ++said_));
  const bool is_first = &p == people_[0].get();
  const bool has_account = is_first || &p == people_[1].get();
  const std::string& other = people_[is_first ? 1 : 0]->name();
  if (has_account && draw(3) == 0) return p.tell(*hub_, other, fmt::format("text {}", ++said_));
  if (has_account && draw(4) == 0) return p.has_read(*hub_, "@" + other);
  p.say(*hub_, room, fmt::format("text {}", ++said_));
}

std::string world::log_of(const person& p, const std::string& room) const {
  if (!room.starts_with('@')) return room;
  const auto other = std::find_if(people_.begin(), people_.end(),
                                  [&](const auto& one) { return one->name() == room.substr(1); });
  return direct_log_name(p.who(), (*other)->who());
}

void world::crash() {
  ++crashes_;
  for (const auto& p : people_)
    p->cut_off();
  // Only the disk of the journal survives.
  hub_.reset();
  journal_.reset();
  start();
}

void world::start() {
  journal_ = std::make_unique<disk_journal>(disk_);
  hub_ = std::make_unique<hub>(hub::services{*journal_,
                                             clock_,
                                             limits_,
                                             counters_,
                                             tasks_.later(),
                                             rooms_.front(),
                                             {},
                                             nullptr,
                                             {},
                                             nullptr,
                                             {},
                                             journal_.get()});
}

/// Puts somebody out of a room, or keeps somebody silent for a while, whatever is under way.
void world::moderate(person& p) {
  const std::string& room = rooms_[draw(rooms_.size())];
  if (draw(2) == 0) {
    if (member* m = p.is_connected() ? hub_->find_member(p.name()) : nullptr)
      hub_->put_out(*m, room, "out");
    return;
  }
  ban mute;
  mute.what = ban::kind::mute;
  mute.room = room;
  mute.who = p.who();
  mute.until = clock_.wall_now() + std::chrono::seconds(1 + draw(60));
  people& known = hub_->people();
  known.change(
      [&known, mute]() mutable -> result<std::vector<fact>> {
        auto facts = known.removal_of_old_bans();
        mute.number = known.next_ban();
        facts.push_back(fact_of(mute));
        return facts;
      },
      [this, mute](const result<void>&) { hub_->enforce(mute, "silence"); });
}

void world::retain() {
  disk::log& l = disk_.logs[rooms_[draw(rooms_.size())]];
  l.first += draw(l.entries.size() + 2 - l.first);
}

void world::rest() {
  for (int turn = 0; turn < 10'000; ++turn) {
    for (const auto& p : people_) {
      if (p->is_connected() && p->told_to_go()) p->disconnect(*hub_);
      if (!p->is_connected()) p->connect(*hub_, rooms_);
    }
    journal_->commit(1'000, false);
    while (journal_->answer() || journal_->answer_read()) {
    }
    tasks_.run();
    for (const auto& p : people_)
      p->receive(1'000);
    const bool quiet = std::all_of(people_.begin(), people_.end(), [](const auto& p) {
      return !p->has_something_to_receive() && !p->told_to_go();
    });
    if (quiet && journal_->idle()) return;
  }
  throw broken_promise{"it does not come to rest"};
}

void world::check() const {
  for (const auto& p : people_) {
    if (!p->waits_for_nothing())
      throw broken_promise{p->name() + " waits for an acknowledgement in vain"};
    check_promises(*p);
    for (const auto& [room, v] : p->views())
      check_view(*p, room, v);
  }
}

void world::check_promises(const person& p) const {
  for (const auto& [id, kept] : p.promises()) {
    const auto& entries = disk_.logs.at(log_of(p, kept.room)).entries;
    const auto same = [&text = kept.text](const journal::record& r) { return r.what.text == text; };
    const journal::record& there = entries.at(kept.at.offset - 1);
    if (there.what.refers != kept.refers)
      throw broken_promise{fmt::format("{} of {} refers to something else", id, p.name())};
    if (kept.refers.how == entry_reference::kind::removal) {
      check_gone(log_of(p, kept.room), kept);
      continue;
    }
    const bool is_edit = kept.refers.how == entry_reference::kind::edit;
    const bool is_gone = there.what.kind == entry_kind::destroyed;
    if (is_gone && !p.wanted_gone(kept.room, is_edit ? kept.refers.offset : kept.at.offset))
      throw broken_promise{fmt::format("{} of {} was destroyed by nobody", id, p.name())};
    if (std::count_if(entries.begin(), entries.end(), same) != (is_gone ? 0 : 1))
      throw broken_promise{fmt::format("{} of {} is not there exactly once", id, p.name())};
    if (!is_gone && !same(there))
      throw broken_promise{fmt::format("{} of {} is not where it was said to be", id, p.name())};
  }
}

/// What was deleted has no text any more, and no edit.
void world::check_gone(const std::string& log, const person::promise& removal) const {
  const std::uint64_t offset = removal.refers.offset;
  const auto& [entries, first] = disk_.logs.at(log);
  const auto has_text = [offset, kept = first](const journal::record& r) {
    const bool is_it = r.what.at.offset == offset;
    const bool is_edit = r.what.refers == entry_reference{entry_reference::kind::edit, offset};
    return r.what.at.offset >= kept && (is_it || is_edit) && r.what.kind != entry_kind::destroyed;
  };
  if (std::any_of(entries.begin(), entries.end(), has_text))
    throw broken_promise{fmt::format("{}@{} was deleted, and is there", removal.room, offset)};
}

/// Checks each entry of the log: it was delivered, is the person's own, or lies in an announced
/// gap.
const disk::log& world::log_in(const std::string& name) const {
  static const disk::log empty;
  const auto found = disk_.logs.find(name);
  return found == disk_.logs.end() ? empty : found->second;
}

void world::check_view(const person& p, const std::string& room, const person::view& v) const {
  const auto& [entries, first] = log_in(log_of(p, room));
  auto next = v.seen.begin();
  for (std::uint64_t o = v.begin + 1; o <= entries.size(); ++o) {
    const journal::record& r = entries[o - 1];
    if (next != v.seen.end() && next->at.offset == o) {
      const bool gone_since = r.what.kind == entry_kind::destroyed;
      if ((next->text != r.what.text && !gone_since) || next->from != r.what.from ||
          next->refers != r.what.refers)
        throw broken_promise{fmt::format("{} was told something else at {}@{}", p.name(), room, o)};
      ++next;
      continue;
    }
    const bool in_gap = std::any_of(v.gaps.begin(), v.gaps.end(), [o](const entries_missed& m) {
      return o > m.after.offset && o < m.next.offset;
    });
    // There may be fewer entries before the first one than were wanted; that is not announced.
    const bool before_first = v.seen.empty() || o < v.seen.front().at.offset;
    if (r.author != p.who() && !in_gap && !(before_first && o < first))
      throw broken_promise{fmt::format("{} was not told {}@{}", p.name(), room, o)};
  }
  if (next != v.seen.end())
    throw broken_promise{fmt::format("{} was told more than there is in {}", p.name(), room)};
}

} // namespace asio_chat::simulation
