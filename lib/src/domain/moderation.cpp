// Roles and bans, and what becomes of those they are about.
#include "domain/hub.hpp"
#include "domain/read_marks.hpp"
#include "model/names.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

subject hub::subject_of(const endpoint& e, role here) {
  subject s{e.who(), fold_name(e.name()), e.host(), e.token(), here};
  if (e.certificate()) s.certificate = identity_of(e.certificate()->key);
  return s;
}

role hub::role_in(const member& m, std::string_view room) const {
  role r = m.role();
  const room_facts* about = people_.room(room);
  if (about && m.has_account()) r = std::max(r, counted(m.who(), about->role_of(m.who())));
  if (!about || !about->has_owner()) r = std::max(r, role::member);
  return r;
}

role hub::counted(const identity& account, role as) const {
  const bool wanted = services_.factor != nullptr && services_.needs_factor != factor_need::nobody;
  return wanted && as > role::voice && !people_.has_factor(account) ? role::voice : as;
}

std::string hub::waiting_role(const member& m, std::string_view room) const {
  const account* a = m.has_account() ? people_.find(m.who()) : nullptr;
  if (!a) return {};
  role has = a->role;
  if (const room_facts* about = people_.room(room)) has = std::max(has, about->role_of(a->id));
  if (counted(a->id, has) == has) return {};
  return fmt::format("you are {} once you have a second factor: /totp on PASSWORD", name_of(has));
}

void hub::tell_waiting_role(endpoint& e) const {
  if (must_make_factor(e.of())) return; // they are told at each step
  if (std::string waits = waiting_role(e.of()); !waits.empty())
    e.tell(reply{"", "", {std::move(waits)}, {}});
}

bool hub::must_make_factor(const member& m) const {
  return services_.needs_factor == factor_need::everybody && services_.factor != nullptr &&
         m.has_account() && !people_.has_factor(m.who());
}

bool hub::may_see(const endpoint& e, const std::string& room) const {
  return (!e.app() || e.app()->allows(room, is_of_server(room))) && may_see(e.of(), room, e.lets());
}

bool hub::may_see(const member& m, const std::string& room, rights lets) const {
  const rights on_server = rights_of(m.role()) & lets;
  if (is_of_server(room)) return on_server.has(right::read_audit);
  const room_facts* about = people_.room(room);
  if (!about || !about->modes.is_private) return true;
  const bool is_known =
      m.has_account() && (about->roles.contains(m.who()) || about->invited.contains(m.who()));
  if (!is_known && !on_server.has(right::enter_private) && !key_guests_.has(m.who(), room))
    return false; // first, since lists go through very many such rooms
  return std::ranges::all_of(m.endpoints_, [&](const endpoint* e) {
    return check_bans(subject_of(*e, role_in(m, room)), room).has_value();
  });
}

result<void> hub::check_bans(const subject& s, std::string_view room) const {
  const ban* b = people_.find_ban(ban::kind::out, room, s);
  if (b == nullptr) return {};
  std::string why = "you are banned here";
  if (b->until) {
    const auto left =
        std::chrono::ceil<std::chrono::minutes>(*b->until - services_.time.wall_now());
    why += fmt::format(" for {} more min", left.count());
  }
  return fail(errc::not_allowed, b->reason.empty() ? why : fmt::format("{}: {}", why, b->reason));
}

result<void> hub::check_may_enter_room(const endpoint& e, const std::string& room) const {
  const member& m = e.of();
  if (e.app() && !e.app()->allows(room, is_of_server(room))) return refusal_of_app(*e.app());
  if (is_of_server(room) && !may_see(e, room)) {
    const std::string waits = waiting_role(m);
    return fail(errc::not_allowed, fmt::format("{} is for the operators of the server{}{}", room,
                                               waits.empty() ? "" : "; ", waits));
  }
  if (auto welcome = check_bans(subject_of(e, role_in(m, room)), room); !welcome) return welcome;
  if (!may_see(e, room))
    return fail(
        errc::key_required, // whether it has one is told to nobody
        fmt::format("{0} is private: one of its operators can /invite you{1}; if you know its key: "
                    "/join {0} KEY",
                    room, m.has_account() ? "" : "; for that you need an account, see /register"));
  return {};
}

void hub::grade(member& m, room& r) {
  if (r.direct()) return grade_direct(m, r);
  const room_facts* about = people_.room(r.name());
  const room_modes modes = about ? about->modes : room_modes();
  const role here = role_in(m, r.name());
  for (endpoint* e : m.endpoints_) {
    const auto place = std::ranges::find(e->memberships_, &r, &endpoint::membership::in);
    if (place == e->memberships_.end()) continue;
    const bool muted = people_.find_ban(ban::kind::mute, r.name(), subject_of(*e, here)) != nullptr;
    place->may =
        is_of_server(r.name()) ? rights{right::read_log} : rights_in_room(here, modes, muted);
    place->slow = place->may.has(right::speak_moderated) ? std::chrono::seconds(0) : modes.slow;
    place->may = place->may & e->lets();
  }
}

void hub::grade_direct(member& m, room& r) {
  for (endpoint* e : m.endpoints_) {
    const auto place = std::ranges::find(e->memberships_, &r, &endpoint::membership::in);
    if (place == e->memberships_.end()) continue;
    const bool muted =
        people_.find_ban(ban::kind::mute, {}, subject_of(*e, m.role())) != nullptr; // everywhere
    place->may = muted ? rights{right::read_log, right::delete_own}
                       : rights{right::read_log, right::delete_own, right::speak, right::edit_own,
                                right::react};
    place->may = place->may & e->lets();
  }
}

void hub::grade(member& m) {
  for (const member::presence& p : m.rooms())
    grade(m, *p.in);
}

void hub::grade(std::string_view room) {
  sweep([this, room = std::string(room)](member& m) {
    if (room.empty()) return grade(m);
    for (const member::presence& p : m.rooms())
      if (p.in->name() == room) return grade(m, *p.in);
  });
}

void hub::sweep(std::function<void(member&)> what) {
  auto slice = [this, what = std::move(what), last = std::uint64_t{0}]() mutable {
    std::size_t done = 0;
    for (auto next = members_.upper_bound(last); next != members_.end() && done < max_swept;
         next = members_.upper_bound(last)) {
      const std::shared_ptr<member> m = next->second;
      last = next->first;
      done += 1 + m->rooms().size();
      what(*m);
    }
    return members_.upper_bound(last) != members_.end();
  };
  if (slice()) sweeps_.add(std::move(slice));
}

void hub::take_role(const identity& who) {
  if (!people_.find(who)) exports_.drop(who);
  const auto found = by_identity_.find(who);
  if (found == by_identity_.end()) return;
  member& m = *found->second;
  const account* a = people_.find(who);
  m.role_ = a ? counted(who, a->role) : role::guest;
  grade(m);
  for (const std::string_view own : {audit_room, alarm_room}) {
    const std::string room(own);
    if (!may_see(m, room)) put_out(m, room, fmt::format("{} is for operators", room));
  }
}

void hub::note_opener(const std::string& room, const endpoint& e) {
  const member& m = e.of();
  if (!m.has_account() && !m.user().empty()) return; // the host's business
  openers_.insert_or_assign(room,
                            opener{m.who(), m.has_account(), with_address(m.name(), e.host())});
}

guest_rooms::services hub::for_guest_rooms() {
  return {services_.log,
          people_,
          services_.time,
          services_.counters,
          [this] { return limiter_.abuse(); },
          [this](const std::string& room) { return rooms_.contains(room); },
          [this](std::string what) { limiter_.tell("rooms of guests", std::move(what)); },
          [this](const std::string& room) { reads_->forget_room(room); }};
}

bool hub::is_being_opened(const endpoint& e, const request& r) const {
  const auto about = room_of(e, r.room);
  const auto found = about ? openers_.find((*about)->name()) : openers_.end();
  return found != openers_.end() && found->second.has_account && // else it will be nobody's
         (*about)->head().offset == 0;                           // else it is whose it was
}

void hub::begin_room(const room& r, std::function<void(const result<void>&)> done) {
  const auto found = openers_.find(r.name());
  if (found == openers_.end()) return done({});
  const std::string name = r.name();
  const room_facts* about = people_.room(name);
  const bool is_open = name == services_.default_room || is_of_server(name) ||
                       (about && !about->is_left_by_guests());
  if (is_open || !found->second.has_account) {
    const opener by = std::move(found->second);
    openers_.erase(found);
    if (is_open) return done({});
    auto may = guest_rooms_.open(name);
    if (may) return done({});
    return done(limiter_.refuse({std::move(may.error()), "has opened a room beyond guest-rooms"},
                                by.shown));
  }
  const identity who = found->second.who;
  people_.change(
      [this, name, who]() -> result<std::vector<fact>> {
        room_facts begun = people_.room_or_new(name);
        if (begun.has_owner()) return std::vector<fact>();
        begun.roles[who] = role::owner;
        return std::vector<fact>{fact_of(begun)};
      },
      [this, name, who, done = std::move(done)](const result<void>& kept) {
        const auto still = openers_.find(name); // it may be made anew, by another one
        if (still != openers_.end() && still->second.who == who) openers_.erase(still);
        if (kept) grade(name);
        done(kept);
      });
}

void hub::put_out(member& m, const std::string& room, const std::string& why) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  const std::shared_ptr<asio_chat::room> r = found->second;
  key_guests_.end(m.who(), room);
  endpoint* last = nullptr;
  for (endpoint* e : m.endpoints_) {
    if (!r->has(*e)) continue;
    last = e;
    r->leave(*e);
    if (!e->many_rooms()) {
      e->sink().close({close_code::removed, why});
      continue;
    }
    e->tell(member_left{room, e->name()});
    e->tell(direct_message{std::string(name_of_server), e->name(), services_.time.wall_now(), why});
    ready(*e);
  }
  if (last) drop_if_empty(*r, last);
}

void hub::close_all(member& m, const std::string& why) {
  for (endpoint* e : m.endpoints_)
    e->dismiss(why);
}

void hub::enforce(const ban& b, const std::string& why) {
  sweep([this, b, why](member& m) {
    const role here = role_in(m, b.room);
    if (std::ranges::none_of(m.endpoints_,
                             [&](const endpoint* e) { return b.is_about(subject_of(*e, here)); }))
      return;
    if (b.what == ban::kind::mute) {
      grade(m);
      if (why.empty()) return;
      const direct_message told{std::string(name_of_server), m.name(), services_.time.wall_now(),
                                why};
      for (const endpoint* e : m.endpoints_)
        e->tell(told);
    } else if (b.room.empty()) {
      close_all(m, why);
    } else {
      put_out(m, b.room, why);
    }
  });
}

std::string hub::sentence_of_mute(const ban& b) const {
  std::string why = b.room.empty() ? "you are muted everywhere" : "you are muted here";
  if (b.until) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(*b.until - services_.time.wall_now());
    why += fmt::format(" for {} s", std::max<std::int64_t>(1, left.count()));
  }
  return b.reason.empty() ? why : fmt::format("{}: {}", why, b.reason);
}

void hub::close_those(const identity& account, const std::function<bool(const endpoint&)>& which,
                      const std::string& why) {
  const auto of = by_identity_.find(account);
  if (of == by_identity_.end()) return;
  for (endpoint* e : of->second->endpoints_)
    if (which(*e)) e->dismiss(why);
}

void hub::note_in(const std::string& room, std::uint64_t by, std::string text) {
  const endpoint* e = find_endpoint(by);
  if (e && rights_on_server(*e).has(right::kick)) return note(std::move(text));
  notes_.add(room, std::move(text));
}

void hub::tell_all(const std::string& text) {
  sweep([this, text, time = services_.time.wall_now()](const member& m) {
    if (is_stranger(m)) return;
    const direct_message told{std::string(name_of_server), m.name(), time, text};
    for (const endpoint* e : m.endpoints())
      e->tell(told);
  });
}

void hub::note_own(const identity& account, std::string text) {
  const asio_chat::account* a = people_.find(account);
  notes_.add_own(key_of(account), a ? a->name : std::string(), std::move(text));
}

void hub::announce(const std::string& room, std::string text) {
  entry said{room,
             {},
             services_.time.wall_now(),
             std::string(name_of_server),
             entry_kind::message,
             std::move(text),
             {}};
  services_.log.append(std::move(said), identity{}, [](const auto&) {});
}

} // namespace asio_chat
