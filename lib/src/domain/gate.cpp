// The gate: what a member may, where, and how often. Nobody else asks.
#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "domain/read_marks.hpp"
#include "model/names.hpp"
#include "names/member_name.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

namespace asio_chat {

namespace {

/// Of a request that is about the whole server instead of a room.
bool is_everywhere(const request& r) noexcept {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.everywhere; }) return bool(what.everywhere);
        return false;
      },
      r.what);
}

/// What a request takes, which may depend on what is in it.
right right_of(const command_row& row, const request& r) noexcept {
  if (const auto* topic = std::get_if<requests::topic>(&r.what); topic && !topic->text)
    return right::none; // to look at it takes none
  if (const auto* mode = std::get_if<requests::set_mode>(&r.what); mode && mode->mode.empty())
    return right::none;
  if (const auto* key = std::get_if<requests::set_key>(&r.what))
    return key->key.empty() && !key->removed ? right::none : row.needs;
  if (const auto* kept = std::get_if<requests::set_retention>(&r.what))
    return kept->entries || kept->age || kept->off ? row.needs : right::none;
  if (const auto* limit = std::get_if<requests::show_limits>(&r.what))
    return limit->action.empty() ? right::none : right::set_limits;
  if (const auto* shown = std::get_if<requests::display>(&r.what)) {
    if (!shown->of_member.empty()) return right::kick; // of the server: it is about no room
    return shown->name.empty() ? right::none : row.needs;
  }
  const auto* given = std::get_if<requests::give_role>(&r.what);
  if (given && given->role_name.empty()) return right::none;
  if (given && (given->everywhere || find_role(given->role_name).value_or(role::guest) >= role::op))
    return right::give_roles;
  return row.needs;
}

std::string rest_of(std::chrono::milliseconds t) {
  return fmt::format("{} s",
                     std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(t).count()));
}

} // namespace

void hub::carry_out(endpoint& e, request&& r) {
  endpoint::membership* place = nullptr;
  const command_row* row = row_of(r);
  if (services_.watch) services_.watch->is(row ? row->name : "refusal");
  ++services_.counters.requests;
  if (row) {
    services_.counters.request_cost += row->cost;
    if (const auto may = check_may(e, place, *row, r); !may) return e.refuse(r.ref, may.error());
  }
  const commands::asked q{*this, e, place ? place->in : nullptr, r.room, r.ref};
  const auto done =
      std::visit([&q](auto& what) { return commands::carry_out(q, std::move(what)); }, r.what);
  if (!done) e.refuse(r.ref, done.error());
}

failure hub::refusal_of_app(const app_limit& l) {
  return fail(errc::not_allowed,
              fmt::format("you came by the app password {} ({}), which is to {} alone: log in with "
                          "your own password for that",
                          l.number, l.name, scope_of(l)));
}

result<void> hub::check_may(endpoint& e, endpoint::membership*& place, const command_row& row,
                            const request& r) {
  if (e.app() && !row.for_apps) return refusal_of_app(*e.app());
  if (!row.for_strangers && is_stranger(e.of())) return refusal_of_right(e, place, row.needs);
  result<endpoint::membership*> found(place);
  if (row.needs_room) {
    found = place_of(e, r.room);
    if (found) place = *found;
  }
  right lacking = right_lacking(e, place, row, r);
  if (lacking != right::none && place) {
    grade(e.of(), *place->in); // a mute may be over
    lacking = right_lacking(e, place, row, r);
  }
  if (lacking != right::none) return refusal_of_right(e, place, lacking);
  if (!found) return found.error();
  // An invitation is a message to one member.
  const auto* invited = std::get_if<requests::invite>(&r.what);
  if (row.needs == right::send_direct || (invited && !invited->who.empty() && !invited->ends)) {
    const ban* muted =
        people_.find_ban(ban::kind::mute, {}, subject_of(e, e.of().role())); // everywhere
    if (muted) return fail(errc::not_allowed, sentence_of_mute(*muted));
  }
  static constexpr rights of_words{right::speak, right::edit_own, right::react, right::set_topic};
  const right needs = right_of(row, r);
  if (needs == right::none || !of_words.has(needs) || !place || place->slow.count() == 0) return {};
  const auto in = std::ranges::find(e.of().rooms_, place->in, &member::presence::in);
  const steady_time now = services_.time.now();
  if (in->spoke && now - *in->spoke < place->slow) {
    return fail(errc::not_allowed,
                fmt::format("{} is slow: you may say something again in {}", place->in->name(),
                            rest_of(std::chrono::ceil<std::chrono::milliseconds>(
                                *in->spoke + place->slow - now))));
  }
  in->spoke = now;
  return {};
}

bool hub::may(endpoint& e, const room& r, right what) {
  const auto place = place_of(e, r.name());
  if (!place) return false;
  grade(e.of(), *(*place)->in); // a mute may be over, or a role have changed
  return e.of().may(what) && (*place)->may.has(what) && !is_stranger(e.of());
}

bool hub::moderates(endpoint& e, const request& r, const command_row* row) {
  static constexpr rights of_moderators{right::kick,       right::mute,       right::ban,
                                        right::set_mode,   right::give_voice, right::give_roles,
                                        right::set_limits, right::announce};
  const right needs = row ? right_of(*row, r) : right::none;
  if (needs == right::none || !of_moderators.has(needs)) return false;
  // Who keeps order in a room of their own is in no hurry, and may be anybody.
  if (!rights_on_server(e).has(needs)) return false;
  const auto place = place_of(e, r.room);
  return right_lacking(e, place ? *place : nullptr, *row, r) == right::none;
}

limiter::services hub::for_limits() {
  return {services_.counters,
          [this](std::uint64_t n) { return find_endpoint(n); },
          [this](std::string_view name) -> const member* { return find_member(name); },
          [this](const endpoint& e, const request& r) -> const room* {
            const auto found = room_of(e, r.room);
            return found ? *found : nullptr;
          },
          [this](const endpoint& e, const request& r) { return receiver_of(e, r); },
          [this](endpoint& e, const request& r) {
            // Whom they invite is not of their room yet.
            const auto place = std::holds_alternative<requests::invite>(r.what)
                                   ? result<endpoint::membership*>(nullptr)
                                   : place_of(e, r.room);
            return rights_on_server(e).has(right::kick) ||
                   (place && *place && (*place)->may.has(right::kick));
          },
          [this](std::string text) { alarm(std::move(text)); }};
}

std::string hub::receiver_of(const endpoint& e, const request& r) const {
  const auto* direct = std::get_if<requests::tell>(&r.what);
  const auto* invited = std::get_if<requests::invite>(&r.what);
  std::string_view to = direct    ? std::string_view(direct->to)
                        : invited ? std::string_view(invited->who)
                                  : r.room;
  if (invited && invited->ends) return {};
  if (!direct && !invited) {
    if (!direct_logs::is_name(to)) return {};
    to.remove_prefix(1);
  }
  std::string name = fold_name(to);
  if (name == fold_name(e.name())) return {};
  return find_member(to) || directs_->account_called(to) ? name : std::string();
}

void hub::limit(const run_time_limits& configured, time_source& time, bool beyond_loopback) {
  limiter_.begin(configured, time, beyond_loopback);
  limiter_.choose(people_.limits());
  guest_rooms_.begin(time);
  short_rooms_.begin(time);
  reads_->begin(time);
}

void hub::rest() {
  limiter_.rest();
  guest_rooms_.rest();
  short_rooms_.rest();
  reads_->rest();
}

right hub::right_lacking(const endpoint& e, const endpoint::membership* place,
                         const command_row& row, const request& r) const {
  const member& m = e.of();
  const right needs = right_of(row, r);
  const bool to_one = place && place->in->direct() && needs == right::speak;
  if (!m.may(to_one ? right::send_direct : needs)) return to_one ? right::send_direct : needs;
  if (row.needs_room && !place) return right::none; // they are told that first
  const bool in_room = place && !is_everywhere(r);
  const rights here = in_room ? place->may : rights_on_server(e);
  if (!here.has(needs)) return needs;
  if (needs != right::none && is_stranger(m)) return needs;
  if (!std::holds_alternative<requests::join>(r.what)) return right::none;
  const auto room = check_room_name(r.room, services_.limits);
  const bool opens = room && !rooms_.contains(*room); // what is no name is refused as that
  return opens && !m.may(right::open_rooms) ? right::open_rooms : right::none;
}

failure hub::refusal_of_right(const endpoint& e, const endpoint::membership* place,
                              right lacking) const {
  const member& m = e.of();
  const auto no = [](std::string sentence) { return fail(errc::not_allowed, std::move(sentence)); };
  if (!services_.guests && !m.has_account())
    return fail(errc::login_required, "this server is for those who have an account: /login NAME "
                                      "PASSWORD, or /register PASSWORD for the name you have");
  if (must_make_factor(m))
    return fail(errc::login_required,
                "this server wants a second factor of everybody: /totp on PASSWORD makes one");
  static constexpr rights of_words{right::speak, right::edit_own, right::react};
  if (lacking != right::none && of_words.has(lacking) && place && m.may(lacking)) {
    const std::string& room = place->in->name();
    const room_facts* about = people_.room(room);
    const ban* muted =
        people_.find_ban(ban::kind::mute, place->in->direct() ? std::string_view() : room,
                         subject_of(e, role_in(m, room)));
    if (muted) return no(sentence_of_mute(*muted));
    if (about && about->modes.read_only)
      return no(fmt::format("{} is read-only: its operators speak", room));
    if (about && about->modes.moderated)
      return no(fmt::format("{} is moderated: those with a voice speak", room));
  }
  if (e.app() && lacking != right::none && !e.lets().has(lacking)) return refusal_of_app(*e.app());
  const std::string waits =
      waiting_role(m, place ? std::string_view(place->in->name()) : std::string_view());
  return no(
      fmt::format("you may not {} here{}{}", phrase_of(lacking), waits.empty() ? "" : "; ", waits));
}

result<endpoint::membership*> hub::place_of(endpoint& e, std::string_view room_name) {
  const auto found = room_of(e, room_name);
  if (!found) return found.error();
  return &*std::ranges::find(e.memberships_, *found, &endpoint::membership::in);
}

result<room*> hub::room_of(const endpoint& e, std::string_view room_name) const {
  if (direct_logs::is_name(room_name)) return directs_->find(e, room_name.substr(1));
  std::string named;
  if (!room_name.empty()) {
    auto name = check_room_name(room_name, services_.limits);
    if (!name) return name.error();
    named = *std::move(name);
  }
  const std::string& name = named.empty() ? services_.default_room : named;
  for (const endpoint::membership& m : e.memberships())
    if (m.in->name() == name) return m.in;
  // What they say again after they were put out gets the reason, and not that they are out.
  if (auto welcome = check_bans(subject_of(e, role_in(e.of(), name)), name); !welcome)
    return welcome.error();
  return fail(errc::not_in_room, e.many_rooms()
                                     ? fmt::format("you are not in {0}; /join {0} first", name)
                                     : fmt::format("you are not in {}", name));
}

} // namespace asio_chat
