#include "domain/hub.hpp"

#include "base/utf8.hpp"
#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/direct_logs.hpp"
#include "domain/displayed_names.hpp"
#include "domain/ignore_lists.hpp"
#include "domain/read_marks.hpp"
#include "model/names.hpp"
#include "names/member_name.hpp"

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
                 services_.on_post,
                 [this](const room& r, std::function<void(const result<void>&)> done) {
                   begin_room(r, std::move(done));
                 },
                 [this](const room& r) { guest_rooms_.said(r.name()); },
                 [this](endpoint& e, const room& r, right what) { return may(e, r, what); },
                 [this](const room& r, std::uint64_t by, std::string done) {
                   note_in(r.name(), by, std::move(done));
                 },
                 [this](const room& r, std::uint64_t author, const position& at) {
                   directs_->stored_soon(*r.direct(), author, at);
                 },
                 &people_}
    , names_(services_.names, services_.time, services_.limits.name_hold_time,
             [this](const member* of) -> name_store::change_done {
               if (of == nullptr) return [] {}; // bounded by what there is to be given up
               return begin_upkeep(of->endpoints().empty() ? nullptr : of->endpoints().front());
             })
    , people_(services_.people, services_.time, services_.later)
    , attempts_(services_.time)
    , login_requests_(services_.time)
    , sweeps_(services_.later)
    , limiter_(for_limits())
    , notes_(
          services_.time, [this](std::string done) { note(std::move(done)); },
          [this](std::string whose, std::string what) {
            limiter_.tell(std::move(whose), std::move(what));
          })
    , guest_rooms_(for_guest_rooms())
    , key_guests_(services_.time, services_.limits.name_hold_time)
    , short_rooms_({services_.log, people_, services_.time,
                    [this](std::string what) { note(std::move(what)); }})
    , directs_(std::make_unique<direct_logs>(*this, for_rooms_))
    , reads_(std::make_unique<read_marks>(*this)) {
  names_.respect(people_);
  const auto later_tell = [this](void (*tell)(hub&, const identity&)) {
    return [this, tell](const identity& account) {
      services_.later([alive = alive(), tell, account] {
        if (const auto h = alive.lock()) tell(**h, account);
      });
    };
  };
  people_.tell({later_tell([](hub& h, const identity& a) { tell_displayed(h, a); }),
                later_tell([](hub& h, const identity& a) { tell_who_ignores(h, a); })});
  for_rooms_.marks_guests = people_.account_count() > 0;
}

hub::~hub() = default;

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
  if (e.misses_direct_) e.hub_.directs_->ready(e);
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
  if (e.heard_direct_) directs_->confirm(e);
  const command_row* row = row_of(r);
  if (limiter_.is_on() && !moderates(e, r, row)) {
    // Refused in its turn, like everything that cannot be carried out.
    if (auto why = limiter_.judge(e, r, row)) {
      r.what = requests::unreadable{*std::move(why)};
      row = nullptr;
    }
  }
  turn when = row ? row->when : turn::after_answers;
  // The journal keeps the order by itself, but for messages that it has not got yet.
  if (e.undecided_ > 0 && when == turn::at_once && row->needs == right::read_log)
    when = turn::after_posts;
  if (when == turn::at_once && !openers_.empty() && is_being_opened(e, r))
    when = turn::after_answers;
  if (e.waiting_.empty() && e.is_time_for(when)) return carry_out(e, std::move(r));
  wait(e, {when, std::move(r)});
}

void hub::quit(endpoint& e, const close_reason& why) {
  if (e.heard_direct_) directs_->confirm(e);
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

std::string hub::free_name(std::string_view wish, const identity& who, named by) const {
  const auto numbered = [&](std::uint64_t n) {
    const std::string suffix = fmt::format("-{}", n);
    const std::size_t room = services_.limits.name_characters - suffix.size();
    return fmt::format("{}{}", prefix_of_characters(wish, room), suffix);
  };
  const auto is_free = [&](std::uint64_t n) {
    return names_.check_free(numbered(n), who, by).has_value();
  };
  if (names_.check_free(wish, who, by)) return std::string(wish);
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

result<std::string> hub::reserve_name(std::string_view name) {
  auto proper = check_member_name(name, services_.limits);
  if (!proper) return proper;
  if (const auto kept = names_.reserve(*proper); !kept) return kept.error();
  return proper;
}

result<void> hub::rename(member& m, std::string_view wish) {
  auto to = check_member_name(wish, services_.limits);
  if (!to) return to.error();
  if (const auto is_free = names_.check_free(*to, m.who(), named::by_themselves); !is_free)
    return is_free.error();
  names_.take(*to, m);
  const std::string from = std::exchange(m.name_, *std::move(to));
  if (from == m.name()) return {};
  grade(m); // somebody may be muted by the name
  std::size_t told = 0;
  for (const member::presence& p : m.rooms())
    p.in->tell_renamed(m, from, announced_after(told++));
  tell_who_ignores(*this, m);
  return {};
}

result<void> hub::join(endpoint& e, std::string_view room_name, std::string_view ref,
                       start_position from) {
  if (direct_logs::is_name(room_name)) {
    if (!e.takes_directs()) return refusal_of_app(*e.app());
    return directs_->join(e, room_name.substr(1), ref, from);
  }
  const auto name = check_room_name(room_name, services_.limits);
  if (!name) return name.error();
  auto found = rooms_.find(*name);
  if (found != rooms_.end() && found->second->has(e)) {
    return fail(errc::bad_arguments, fmt::format("you are in {} already", *name));
  }
  member& m = e.of();
  if (auto may = check_may_enter_room(e, *name); !may) return may;
  const bool is_new = found == rooms_.end() || !m.is_in(*found->second);
  const auto count = static_cast<std::size_t>(
      std::ranges::count_if(m.rooms(), [](const auto& p) { return !p.in->direct(); }));
  if (is_new && count >= services_.limits.rooms_per_member) {
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
    note_opener(*name, e);
  }
  const std::size_t max = join_history_of(*name);
  from.history = std::min(from.history.value_or(max), max);
  const std::shared_ptr<room> r = found->second;
  // A connection that is held to less goes where it is sent, alone.
  const bool brings = !e.app() && std::ranges::none_of(m.endpoints(), [&](const endpoint* other) {
    return !other->app() && r->has(*other);
  });
  r->join(e, from, ref);
  if (brings) {
    for (endpoint* other : m.endpoints())
      if (other != &e && !other->app() && other->many_rooms()) r->join(*other, {.history = 0}, {});
  }
  grade(m, *r);
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
    if (!r.has(*one) || (one != &e && (r.direct() || e.app() || one->app()))) continue;
    r.leave(*one);
    if (one != &e) one->tell(member_left{r.name(), e.name()});
    ready(*one); // other rooms may have waited until this one had fed it
  }
  // A program leaves alone.
  if (std::ranges::none_of(e.of().endpoints(), [&r](const endpoint* o) { return r.has(*o); }))
    key_guests_.end(e.who(), r.name());
  drop_if_empty(r, &e);
  return {};
}

const member* hub::find_member(const identity& who) const {
  const auto found = by_identity_.find(who);
  return found == by_identity_.end() ? nullptr : found->second;
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
  if (r.direct())
    return directs_->let_go(
        r, last ? begin_upkeep(last) : [] {});
  // What is under way in it keeps the room alive by itself; its log stays in the journal. Another
  // room of the same name may have been made since.
  const auto found = rooms_.find(r.name());
  if (found == rooms_.end() || found->second.get() != &r) return;
  openers_.erase(r.name());
  guest_rooms_.left(r.name());
  found->second->unfollow(last ? begin_upkeep(last) : [] {});
  rooms_.erase(found);
}

} // namespace asio_chat
