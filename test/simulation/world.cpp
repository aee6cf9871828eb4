#include "world.hpp"

#include "accounts/direct_facts.hpp"
#include "accounts/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::simulation {

namespace {

constexpr std::uint64_t accounts = 3; ///< of the people: the first is an operator
constexpr std::uint64_t leaver = 2;   ///< the one that may want to be forgotten

} // namespace

world::world(std::uint64_t seed)
    : random_(seed) {
  limits_.posts_under_way = 16;
  limits_.member_connections = 4;
  const std::uint64_t count = 2 + draw(6); // sometimes without the leaver
  for (std::uint64_t n = 0; n < count; ++n) {
    identity who{};
    who[0] = static_cast<std::uint8_t>(n + 1);
    const bool has_account = n < accounts;
    people_.push_back(std::make_unique<person>(fmt::format("p{}", n), who, has_account));
    if (has_account) {
      const role what = n == 0 ? role::op : role::member;
      const fact f = fact_of(account{who, people_.back()->name(), {}, what});
      disk_.facts[{f.kind, f.key}] = f;
    }
    if (draw(3) == 0) people_.back()->capacity = 4 + draw(12);
  }
  add_secrets();
  start();
}

world::~world() {
  for (const auto& p : people_)
    p->cut_off();
  if (device_) device_->cut_off();
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
  keep_less(1 + draw(20)); // of what has come since the last time
  rest();
  check();
  crash();
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
    if (p.is_connected()) draw(8) == 0 ? try_secrets(p) : speak(p);
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
    come(p);
  } else if (what < 97) {
    if (p.is_connected()) p.disconnect(*hub_);
  } else if (what < 98) {
    retain();
  } else if (what < 99) {
    moderate(p);
  } else if (const auto rare = draw(8); rare < 2) {
    crash();
  } else if (rare < 4) {
    forget();
  }
  check_device();
}

void world::speak(person& p) {
  if (p.is_program()) return p.try_anything(*hub_, rooms_[draw(rooms_.size())], draw(1'000));
  const std::string& room = rooms_[draw(rooms_.size())];
  const std::uint64_t changes = draw(8);
  if (changes == 0) return p.change(*hub_, draw(1'000), {});
  if (changes == 1) return p.change(*hub_, draw(1'000), fmt::format("text {}", ++said_));
  // It may be no more.
  const std::uint64_t known = std::min<std::uint64_t>(accounts, people_.size() - 1);
  const auto& one = people_[draw(known)];
  const std::string& other = one->name();
  if (changes == 2) return p.pin(*hub_, room, draw(1'000), draw(3) > 0);
  const bool has_account = p.who()[0] <= accounts && one.get() != &p;
  if (changes == 3 && has_account) return p.ignore(*hub_, other, draw(3) > 0);
  if (has_account && draw(3) == 0) return p.tell(*hub_, other, fmt::format("text {}", ++said_));
  if (has_account && draw(4) == 0)
    return p.has_read(*hub_, draw(2) ? room : "@" + other, draw(2) * draw(4));
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
    p->lose_server();
  if (device_) device_->cut_off();
  // Only the disk of the journal survives.
  hub_.reset();
  journal_.reset();
  start();
}

void world::start() {
  journal_ = std::make_unique<disk_journal>(disk_);
  hub_ = std::make_unique<hub>(hub::services{
      *journal_, clock_, limits_, counters_, tasks_.later(),      rooms_.front(), {},
      nullptr,   {},     nullptr, {},        journal_.get(),      &passwords_,    true,
      true,      {},     {},      nullptr,   factor_need::nobody, false,          {},
      &drawn_});
  // The crash may have been between the disk and the answer.
  if (person* p = leaving(); p && !hub_->people().find(p->who())) retire(*p);
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

/// Null: there is none.
person* world::leaving() {
  person& p = *people_[leaver]; // the last of all is a program
  return p.is_program() ? nullptr : &p;
}

/// An account goes, whatever it has under way.
void world::forget() {
  if (!leaving() || leaving()->is_retired()) return;
  person& p = *leaving();
  hub_->people().change(
      [this, &p]() -> result<std::vector<fact>> {
        const account* known = hub_->people().find(p.who());
        if (!known) return fail(errc::login_required, "the account is gone");
        return hub_->people().forgetting(*known);
      },
      [this, &p](const result<void>& kept) {
        if (!kept) return;
        if (member* m = hub_->find_member(p.name())) hub_->close_all(*m, "forgotten");
        hub_->forgetter().begin();
        retire(p);
      });
}

void world::retire(person& p) {
  if (p.is_retired()) return;
  p.retire();
  ++forgotten_;
}

void world::retain() {
  disk::log& l = disk_.logs[rooms_[draw(rooms_.size())]];
  l.first += draw(l.entries.size() + 2 - l.first);
}

void world::rest() {
  for (int turn = 0; turn < 10'000; ++turn) {
    for (const auto& p : people_) {
      if (p->is_connected() && p->told_to_go()) p->disconnect(*hub_);
      come(*p);
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
    if (!quiet || !journal_->idle() || hub_->forgetter().works()) continue;
    if (hub_->people().farewells().empty()) return;
    crash(); // the disk was full: the next start goes on with it
  }
  throw broken_promise{"it does not come to rest"};
}

void world::check() const {
  check_secrets();
  for (const std::string& room : rooms_)
    check_pins(room);
  for (const auto& p : people_) {
    if (p->is_retired()) {
      check_forgotten(*p);
      continue;
    }
    if (!p->is_program()) check_ignored(*p);
    if (p->is_connected() && !p->waits_for_nothing())
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
    if (kept.refers.how == entry_reference::kind::pin) continue; // see `check_pins`
    if (kept.refers.how == entry_reference::kind::unpin) continue;
    if (kept.refers.how == entry_reference::kind::removal) {
      check_gone(log_of(p, kept.room), kept);
      continue;
    }
    const bool is_edit = kept.refers.how == entry_reference::kind::edit;
    const bool is_gone = there.what.kind == entry_kind::destroyed;
    const bool is_kept = kept.at.offset >= log_in(log_of(p, kept.room)).first;
    if (is_gone && is_kept &&
        !p.wanted_gone(kept.room, is_edit ? kept.refers.offset : kept.at.offset))
      throw broken_promise{fmt::format("{} of {} was destroyed by nobody", id, p.name())};
    if (std::count_if(entries.begin(), entries.end(), same) != (is_gone ? 0 : 1))
      throw broken_promise{fmt::format("{} of {} is not there exactly once", id, p.name())};
    if (!is_gone && !same(there))
      throw broken_promise{fmt::format("{} of {} is not where it was said to be", id, p.name())};
  }
}

/// Of those who are left: what was pinned stays so, unless somebody wanted something else.
void world::check_pins(const std::string& room) const {
  const room_facts* about = hub_->people().room(room);
  const std::vector<pinned_entry> pins = about ? about->pins : std::vector<pinned_entry>();
  const auto anybody = [&](std::uint64_t offset, bool person::wishes::*what) {
    return std::ranges::any_of(people_,
                               [&](const auto& p) { return p->wanted_of(room, offset).*what; });
  };
  const auto entry_at = [&](std::uint64_t offset) { return log_in(room).entries.at(offset - 1); };
  for (const pinned_entry& p : pins) {
    if (!anybody(p.offset, &person::wishes::pinned))
      throw broken_promise{fmt::format("{}@{} was pinned by nobody", room, p.offset)};
    if (p.offset >= log_in(room).first && is_forgotten(entry_at(p.offset).author))
      throw broken_promise{fmt::format("{}@{} is forgotten, and pinned", room, p.offset)};
  }
  for (const auto& [id, kept] : people_[0]->promises()) {
    const std::uint64_t offset = kept.refers.offset;
    if (kept.room != room || kept.refers.how != entry_reference::kind::pin) continue;
    if (is_forgotten(entry_at(offset).author) || anybody(offset, &person::wishes::unpinned) ||
        anybody(offset, &person::wishes::deleted))
      continue;
    if (std::ranges::count(pins, offset, &pinned_entry::offset) != 1)
      throw broken_promise{fmt::format("{} of {}@{} is lost", id, room, offset)};
  }
}

bool world::is_forgotten(const identity& who) const {
  const auto found = std::ranges::find(people_, who, &person::who);
  return found != people_.end() && (*found)->is_retired(); // else the server has said it
}

void world::check_ignored(const person& p) const {
  const ignored_members* known = hub_->people().ignored_by(p.who());
  for (const auto& [name, on] : p.ignored()) {
    const auto who = std::ranges::find(people_, name, &person::name);
    const bool is_hidden = known && known->accounts.contains((*who)->who());
    // Whoever has no account any more is hidden by the name.
    const bool by_name = known && known->others.contains(name);
    if (on && *on != (is_hidden || by_name))
      throw broken_promise{
          fmt::format("{} is {}hidden from {}", name, *on ? "not " : "", p.name())};
  }
}

void world::check_forgotten(const person& p) const {
  for (const auto& [log, all] : disk_.logs)
    for (const journal::record& r : all.entries)
      if (r.author == p.who() && r.what.at.offset >= all.first &&
          r.what.kind != entry_kind::destroyed)
        throw broken_promise{fmt::format("{}@{} of {} is there, who was forgotten", log,
                                         r.what.at.offset, p.name())};
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
  // What came after it went is not told.
  const std::uint64_t heard = v.last ? v.last->offset : 0;
  const std::uint64_t end = p.is_in(room) ? entries.size() : heard;
  for (std::uint64_t o = v.begin + 1; o <= end; ++o) {
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
    // What two have said to each other is not there to come back to when one of them is gone.
    const bool went = room.starts_with('@') && is_forgotten(r.author);
    if (r.author != p.who() && !in_gap && !went && !(before_first && o < first))
      throw broken_promise{fmt::format("{} was not told {}@{}", p.name(), room, o)};
  }
  if (next != v.seen.end())
    throw broken_promise{fmt::format("{} was told more than there is in {}", p.name(), room)};
}

} // namespace asio_chat::simulation
