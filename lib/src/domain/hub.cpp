#include "domain/hub.hpp"

#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace asio_chat {

namespace {

/// More than all who can be here, and no more digits than the shortest name has room for.
constexpr std::uint64_t max_numbered = 5'000'000;

/// Rooms that are told at once of something that all rooms of a member are told, and that feed it
/// at the same time.
constexpr std::size_t max_told_now = 4;
constexpr std::size_t max_feeding = 4;

room::announcement announced_after(std::size_t others) noexcept {
  return others < max_told_now ? room::announcement::now : room::announcement::soon;
}

/// For a name of which every number that was tried is taken: one at random, which is free.
std::string numbered_at_random(const auto& is_free, const auto& numbered) {
  std::random_device source;
  std::uniform_int_distribution<std::uint64_t> any(2, max_numbered);
  for (;;) {
    if (const std::uint64_t n = any(source); is_free(n)) return numbered(n);
  }
}

} // namespace

hub::hub(services s)
    : self_(std::make_shared<hub*>(this))
    , services_(std::move(s))
    , for_rooms_{services_.log,
                 services_.time,
                 services_.limits,
                 services_.counters,
                 services_.later,
                 services_.on_entry,
                 [this](std::uint64_t n) { return find_endpoint(n); },
                 [this](const room& r) { drop_if_empty(r); },
                 [](endpoint& e) { ready(e); },
                 services_.watch,
                 self_,
                 services_.on_post}
    , names_(services_.names, services_.time, services_.limits.name_hold_time,
             [this](const member* of) -> name_store::change_done {
               if (of == nullptr) return [] {}; // bounded by what there is to be given up
               return begin_upkeep(of->endpoints().empty() ? nullptr : of->endpoints().front());
             }) {}

hub::~hub() = default;

void hub::limit_rates(const rate_limits& rates, time_source& time) {
  rates_ = std::make_unique<rate_keeper>(rates, time, services_.counters,
                                         [this](std::uint64_t n) { return find_endpoint(n); });
}

result<endpoint*> hub::enter(sink& s, const login& l) {
  auto entered = try_to_enter(s, l);
  ++(entered ? services_.counters.logins : services_.counters.refused_logins);
  return entered;
}

result<endpoint*> hub::try_to_enter(sink& s, const login& l) {
  if (auto valid = check_member_name(l.name, services_.limits); !valid) return valid.error();
  // Of members each is bounded; of those who come and go at once, only all together.
  if (upkeep_ >= max_upkeep) {
    return fail(errc::storage_failed, "too much waits for the server's disk; come back later");
  }
  const auto known = by_identity_.find(l.who);
  const bool joins =
      l.may_come_back && known != by_identity_.end() && services_.limits.member_connections > 1;
  if (!joins) {
    if (auto is_free = names_.check_free(l.name, l.who); !is_free) return is_free.error();
    // A name is free to those of the same identity because they replace each other. Who does not
    // come back replaces nobody.
    if (!l.may_come_back && names_.bearer(l.name) != nullptr)
      return fail(errc::name_taken, fmt::format("the name {} is taken", l.name));
  }
  const std::shared_ptr<member> m = joins ? members_.at(known->second->number()) : member_of(l);
  if (m->endpoints().size() >= services_.limits.member_connections) close_oldest(*m);
  m->may_ = l.may; // what they may was asked now
  const std::uint64_t number = ++last_number_;
  const auto made = endpoints_.emplace(
      number, std::make_unique<endpoint>(number, m, l, s, *this, services_.limits,
                                         rates_ ? rates_->of_address(l.host) : nullptr));
  endpoint* e = made.first->second.get();
  m->endpoints_.push_back(e);
  if (!joins) names_.take(l.name, *m);
  return e;
}

std::shared_ptr<member> hub::member_of(const login& l) {
  const std::uint64_t number = ++last_number_;
  auto m = std::make_shared<member>(number, l.who, l.name, l.may_come_back, l.may, services_.limits,
                                    l.user);
  if (l.may_come_back) {
    const auto [before, first] = by_identity_.try_emplace(l.who, m.get());
    if (!first) replace(*std::exchange(before->second, m.get()));
  }
  members_.emplace(number, m);
  return m;
}

void hub::replace(member& old) {
  for (endpoint* e : old.endpoints()) {
    e->waiting_.clear();
    leave_rooms(*e);
  }
  names_.give_up(old, false);
  for (endpoint* e : std::exchange(old.endpoints_, {}))
    e->sink().close({close_code::replaced, "you came in over another connection"});
}

void hub::close_oldest(member& m) {
  endpoint& oldest = *m.endpoints().front();
  m.endpoints_.erase(m.endpoints_.begin());
  oldest.waiting_.clear();
  leave_rooms(oldest);
  oldest.sink().close({close_code::replaced, "you came in over as many others as you may"});
}

void hub::leave(endpoint& e, bool for_good) {
  leave_rooms(e);
  member& m = e.of();
  std::erase(m.endpoints_, &e);
  if (m.endpoints_.empty()) {
    if (const auto found = by_identity_.find(m.who());
        found != by_identity_.end() && found->second == &m) {
      by_identity_.erase(found);
    }
    names_.give_up(m, !for_good);
    members_.erase(m.number());
  }
  endpoints_.erase(e.number());
}

void hub::leave_rooms(endpoint& e) {
  for (std::size_t left = 0; !e.memberships_.empty(); ++left) {
    room& r = *e.memberships_.back().in;
    r.leave(e, announced_after(left));
    drop_if_empty(r, &e);
  }
}

name_store::change_done hub::begin_upkeep(endpoint* by) {
  ++upkeep_;
  if (by) by->begin(work::upkeep);
  return [self = std::weak_ptr(self_), number = by ? by->number() : 0] {
    const auto alive = self.lock();
    if (!alive) return;
    hub& h = **alive;
    --h.upkeep_;
    if (endpoint* e = h.find_endpoint(number)) e->end(work::upkeep);
  };
}

void hub::ready(endpoint& e) {
  // From some rooms at a time, of all in turn: a page fills its sink, mostly, and so the others
  // would have been read for nothing.
  std::size_t asked = 0;
  for (std::size_t n = e.memberships_.size(); n > 0 && asked < max_feeding && !e.sink().full();
       --n) {
    e.next_fed_ = (e.next_fed_ + 1) % e.memberships_.size();
    const endpoint::membership& s = e.memberships_[e.next_fed_];
    if (s.in->ready(s)) ++asked;
  }
}

void hub::dispatch(endpoint& e, request&& r) {
  const command_row* row = row_of(r);
  if (rates_) {
    // Refused in its turn, like everything that cannot be carried out.
    if (auto why = rates_->charge(e, r, row)) {
      r.what = requests::unreadable{*std::move(why)};
      row = nullptr;
    }
  }
  turn when = row ? row->when : turn::after_answers;
  // The journal keeps the order by itself, but for messages that it has not got yet.
  if (e.undecided_ > 0 && when == turn::at_once && row->needs == right::read_log)
    when = turn::after_posts;
  if (e.waiting_.empty() && e.is_time_for(when)) return carry_out(e, std::move(r));
  wait(e, {when, std::move(r)});
}

void hub::quit(endpoint& e, const close_reason& why) {
  e.sink().wind_down(why);
  if (e.waiting_.empty() && e.is_time_for(turn::last)) return e.sink().close(why);
  wait(e, {turn::last, why});
}

void hub::wait(endpoint& e, endpoint::waiting_request r) {
  e.waiting_.push_back(std::move(r));
  if (!std::exchange(e.waiting_holds_, true)) e.add_reason_to_hold();
}

void hub::go_on_later(const endpoint& e) {
  // Behind the tasks in which what was stored is told.
  services_.later([self = std::weak_ptr(self_), number = e.number()] {
    const auto alive = self.lock();
    endpoint* waiting = alive ? (*alive)->find_endpoint(number) : nullptr;
    if (waiting != nullptr) (*alive)->go_on(*waiting);
  });
}

void hub::go_on(endpoint& e) {
  const work_watch::piece one(services_.watch, "requests that waited");
  e.goes_on_ = false;
  while (!e.waiting_.empty() && e.is_time_for(e.waiting_.front().when)) {
    auto next = std::move(e.waiting_.front().what);
    e.waiting_.erase(e.waiting_.begin());
    if (auto* asked = std::get_if<request>(&next)) {
      carry_out(e, std::move(*asked));
    } else {
      e.sink().close(std::get<close_reason>(std::move(next)));
    }
  }
  if (e.waiting_.empty() && std::exchange(e.waiting_holds_, false)) e.drop_reason_to_hold();
}

void hub::carry_out(endpoint& e, request&& r) {
  room* about = nullptr;
  const command_row* row = row_of(r);
  if (services_.watch) services_.watch->is(row ? row->name : "refusal");
  ++services_.counters.requests;
  if (row) {
    services_.counters.request_cost += row->cost;
    if (const right lacking = right_lacking(e.of(), *row, r); lacking != right::none) {
      return e.refuse(
          r.ref, fail(errc::not_allowed, fmt::format("you may not {} here", phrase_of(lacking))));
    }
  }
  if (row && row->needs_room) {
    const auto found = room_of(e, r.room);
    if (!found) return e.refuse(r.ref, found.error());
    about = *found;
  }
  const commands::asked q{*this, e, about, r.room, r.ref};
  const auto done =
      std::visit([&q](auto& what) { return commands::carry_out(q, std::move(what)); }, r.what);
  if (!done) e.refuse(r.ref, done.error());
}

right hub::right_lacking(const member& m, const command_row& row, const request& r) const {
  if (m.may_everything()) return right::none;
  const auto* topic = std::get_if<requests::topic>(&r.what);
  if (topic != nullptr && !topic->text) return right::none; // to look at it takes none
  if (!m.may(row.needs)) return row.needs;
  if (!std::holds_alternative<requests::join>(r.what)) return right::none;
  const auto room = check_room_name(r.room, services_.limits);
  const bool opens = room && !rooms_.contains(*room); // what is no name is refused as that
  return opens && !m.may(right::open_rooms) ? right::open_rooms : right::none;
}

std::string hub::free_name(std::string_view wish, const identity& who) const {
  const auto numbered = [&](std::uint64_t n) {
    const std::string suffix = fmt::format("-{}", n);
    return fmt::format("{}{}", wish.substr(0, services_.limits.name_characters - suffix.size()),
                       suffix);
  };
  const auto is_free = [&](std::uint64_t n) {
    return names_.check_free(numbered(n), who).has_value();
  };
  if (names_.check_free(wish, who)) return std::string(wish);
  // Where many are called so, counting them would take too long: a number with a free name is
  // looked for in leaps, and then one below it whose predecessor is taken.
  std::uint64_t taken = 1;
  std::uint64_t free = 2;
  for (; !is_free(free); free *= 2) {
    if (free > max_numbered) return numbered_at_random(is_free, numbered);
    taken = free;
  }
  while (free - taken > 1) {
    const std::uint64_t middle = taken + (free - taken) / 2;
    (is_free(middle) ? free : taken) = middle;
  }
  return numbered(free);
}

result<void> hub::reserve_name(std::string_view name) {
  if (auto valid = check_member_name(name, services_.limits); !valid) return valid;
  return names_.reserve(name);
}

result<void> hub::rename(member& m, std::string_view to) {
  if (const auto valid = check_member_name(to, services_.limits); !valid) return valid.error();
  if (const auto is_free = names_.check_free(to, m.who()); !is_free) return is_free.error();
  names_.take(std::string(to), m);
  const std::string from = std::exchange(m.name_, std::string(to));
  if (from == m.name()) return {};
  std::size_t told = 0;
  for (const member::presence& p : m.rooms())
    p.in->tell_renamed(m, from, announced_after(told++));
  return {};
}

result<void> hub::join(endpoint& e, std::string_view room_name, std::string_view ref,
                       start_position from) {
  const auto name = check_room_name(room_name, services_.limits);
  if (!name) return name.error();
  auto found = rooms_.find(*name);
  if (found != rooms_.end() && found->second->has(e)) {
    return fail(errc::bad_arguments, fmt::format("you are in {} already", *name));
  }
  member& m = e.of();
  const bool is_new = found == rooms_.end() || !m.is_in(*found->second);
  if (is_new && m.rooms().size() >= services_.limits.rooms_per_member) {
    return fail(errc::too_many_rooms,
                fmt::format("you are in {} rooms, which is the most; leave one first",
                            services_.limits.rooms_per_member));
  }
  if (found == rooms_.end()) {
    if (rooms_.size() >= services_.limits.rooms) {
      return fail(errc::too_many_rooms, fmt::format("there are {} rooms, which is the most here; "
                                                    "join one that there is",
                                                    services_.limits.rooms));
    }
    if (!m.may_open_a_room(services_.time.now())) {
      return fail(errc::too_many_rooms,
                  "you have opened many rooms in a short time; wait a second");
    }
    found = rooms_.emplace(*name, std::make_shared<room>(*name, for_rooms_)).first;
  }
  const std::size_t max = join_history_of(*name);
  from.history = std::min(from.history.value_or(max), max);
  const std::shared_ptr<room> r = found->second;
  r->join(e, from, ref);
  if (!is_new) return {};
  for (endpoint* other : m.endpoints())
    if (other != &e && other->many_rooms()) r->join(*other, {.history = 0}, {});
  return {};
}

std::size_t hub::join_history_of(const std::string& room) const {
  const auto found = services_.join_history.find(room);
  return found == services_.join_history.end() ? services_.limits.join_history : found->second;
}

result<void> hub::part(endpoint& e, std::string_view room_name) {
  const auto found = room_of(e, room_name);
  if (!found) return found.error();
  room& r = **found;
  for (endpoint* one : e.of().endpoints()) {
    if (!r.has(*one)) continue;
    r.leave(*one);
    if (one != &e) one->tell(member_left{r.name(), e.name()});
    ready(*one); // other rooms may have waited until this one had fed it
  }
  drop_if_empty(r, &e);
  return {};
}

result<room*> hub::room_of(const endpoint& e, std::string_view room_name) const {
  std::string named;
  if (!room_name.empty()) {
    auto name = check_room_name(room_name, services_.limits);
    if (!name) return name.error();
    named = *std::move(name);
  }
  const std::string& name = named.empty() ? services_.default_room : named;
  for (const endpoint::membership& m : e.memberships())
    if (m.in->name() == name) return m.in;
  return fail(errc::not_in_room, e.many_rooms()
                                     ? fmt::format("you are not in {0}; /join {0} first", name)
                                     : fmt::format("you are not in {}", name));
}

member* hub::find_member(std::string_view name) const {
  return names_.bearer(name);
}

endpoint* hub::find_endpoint(std::uint64_t number) const {
  const auto found = endpoints_.find(number);
  return found == endpoints_.end() ? nullptr : found->second.get();
}

void hub::drop_if_empty(const room& r, endpoint* last) {
  if (!r.empty()) return;
  // What is under way in it keeps the room alive by itself; its log stays in the journal. Another
  // room of the same name may have been made since.
  const auto found = rooms_.find(r.name());
  if (found == rooms_.end() || found->second.get() != &r) return;
  found->second->unfollow(last ? begin_upkeep(last) : [] {});
  rooms_.erase(found);
}

} // namespace asio_chat
