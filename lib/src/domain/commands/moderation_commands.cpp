#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/whom.hpp"
#include "domain/hub.hpp"
#include "domain/time_words.hpp"
#include "names/member_name.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t max_bans = 10'000; // everywhere
constexpr std::size_t max_bans_in_room = 500;
constexpr std::size_t max_bans_in_rooms = 20'000; // of all rooms, but for few in each
constexpr std::size_t min_bans_in_room = 20;
constexpr std::size_t max_devices = 32; // of the account that a ban is about
constexpr std::size_t max_marks = 128;  // and certificates

std::string because(const std::string& reason) {
  return reason.empty() ? std::string() : ": " + reason;
}

std::string for_time(const std::optional<std::chrono::seconds>& t) {
  return t ? " for " + in_words(*t) : std::string();
}

std::string place_of(const asked& q, const requests::order& what) {
  return what.everywhere ? std::string("the server") : q.about->name();
}

/// Before a place: who is put out is so from it.
std::string_view before_place(ban::kind kind, bool everywhere) noexcept {
  return kind == ban::kind::out ? "from" : everywhere ? "on" : "in";
}

/// Those that open the account, and what whoever it is shows now. Never the one that the moderator
/// shows: many may have the same.
void add_certificates(const asked& q, ban& b) {
  if (!b.who) return;
  const certificate_login* own = q.by.certificate();
  const auto add = [&](const key_hash& key) {
    if (b.devices.size() < max_marks && !(own && own->key == key))
      b.devices.push_back(identity_of(key));
  };
  for (const account_certificate* c : q.in.people().certificates_of(*b.who))
    add(c->key);
  const member* here = q.in.find_member(*b.who);
  if (!here) return;
  for (const endpoint* e : here->endpoints())
    if (e->certificate()) add(e->certificate()->key);
}

/// What is done is told in the room, unless it is done everywhere, and noted for operators.
void tell_of(hub& in, std::uint64_t number, const std::string& by, const std::string& room,
             const std::string& what) {
  room.empty() ? in.note(fmt::format("{} {}", by, what))
               : in.note_in(room, number, fmt::format("{} {}", by, what));
  if (!room.empty()) in.announce(room, fmt::format("{} {}", by, what));
}

bool lasts_as_long(const ban& a, const ban& b) {
  return !a.until || (b.until && *a.until >= *b.until);
}

/// Nobody is banned twice for the same: what is asked again, or for longer, is one ban. It is never
/// made shorter.
/// @returns whether it is there already
bool merge_into(ban& made, const ban& known) {
  made.number = known.number;
  std::vector<identity> marks = known.devices;
  for (const identity& mark : made.devices)
    if (marks.size() < max_devices + max_marks && !std::ranges::count(marks, mark))
      marks.push_back(mark);
  const bool is_there = lasts_as_long(known, made);
  if (is_there) made = known;
  made.devices = std::move(marks);
  return is_there;
}

std::string sentence_of_known(const ban& b) {
  return fmt::format("{} is {} already{}, by {}{}", b.shown,
                     b.what == ban::kind::out ? "banned" : "muted",
                     b.until ? fmt::format(", until {:%Y-%m-%d %H:%M} UTC",
                                           std::chrono::floor<std::chrono::seconds>(*b.until))
                             : std::string(),
                     b.by, because(b.reason));
}

/// Of a room; nothing if there is none.
facts without_invitation(const people& p, const std::string& room, const identity& who) {
  const room_facts* about = p.room(room);
  if (!about || !about->invited.contains(who)) return {};
  room_facts changed = *about;
  changed.invited.erase(who);
  return {fact_of(changed)};
}

/// Who is put out of a private room does not come back by the invitation from before.
/// @param then whether it has ended; null: the member has gone meanwhile
void end_invitation(const asked& q, member& of, std::function<void(hub&, member*, bool)> then) {
  people& p = q.in.people();
  const std::string room = q.about->name();
  const identity who = of.who();
  if (without_invitation(p, room, who).empty()) return then(q.in, &of, true);
  p.change([&p, room, who]() -> result<facts> { return without_invitation(p, room, who); },
           [in = q.in.alive(), room, who, name = of.name(),
            then = std::move(then)](const result<void>& kept) {
             const auto alive = in.lock();
             if (!alive) return;
             if (!kept)
               (*alive)->note(fmt::format("{} is still invited into {}: {}", name, room,
                                          kept.error().message));
             const member* still = (*alive)->find_member(who);
             then(**alive, still ? (*alive)->find_member(still->name()) : nullptr,
                  kept.has_value());
           });
}

/// Bans of rooms leave room for those of the server, and those of a room for those of others.
result<void> check_count(const people& p, const std::string& room) {
  const std::size_t here = p.count_bans_in(room);
  const std::size_t in_rooms = p.count_bans() - p.count_bans_in({});
  const std::size_t most = room.empty()                   ? max_bans
                           : in_rooms < max_bans_in_rooms ? max_bans_in_room
                                                          : min_bans_in_room;
  if (here < most) return {};
  return fail(errc::not_available,
              room.empty()
                  ? fmt::format("the server has {} bans, which is the most: lift some", here)
                  : fmt::format("{} has {} bans, which is the most here: lift some", room, here));
}

result<void> put(const asked& q, std::string_view command, ban::kind kind, requests::order&& what) {
  auto found = find_whom(q, what.who, what.everywhere);
  if (!found) return found.error();
  ban made;
  made.what = kind;
  made.room = what.everywhere ? std::string() : q.about->name();
  made.shown = found->shown;
  made.who = found->who;
  made.name = found->guest_name;
  if (made.who)
    for (const device* d : q.in.people().devices_of(*made.who))
      if (made.devices.size() < max_devices) made.devices.push_back(d->token);
  add_certificates(q, made);
  made.from = found->from;
  if (made.from && made.from->contains(q.by.host()))
    return fail(errc::bad_arguments, "you come from there yourself");
  made.by = q.by.name();
  made.reason = std::move(what.reason);
  made.made = q.in.time().wall_now();
  if (what.time) made.until = made.made + *what.time;
  const std::string_view verb = kind == ban::kind::out ? "banned" : "muted";
  const std::string place = place_of(q, what);
  const std::string done =
      fmt::format("{} {} {} {}{}{}", verb, made.shown, before_place(kind, what.everywhere), place,
                  for_time(what.time), because(made.reason));
  people& p = q.in.people();
  const auto kept_ban = std::make_shared<ban>(std::move(made));
  const auto is_there = std::make_shared<bool>(false);
  p.change(
      [&p, kept_ban, is_there]() -> result<facts> {
        facts f = p.removal_of_old_bans();
        if (const ban* known = p.find_same_ban(*kept_ban)) {
          *is_there = merge_into(*kept_ban, *known);
          if (!*is_there || kept_ban->devices.size() > known->devices.size())
            f.push_back(fact_of(*kept_ban));
          return f;
        }
        if (auto has_room = check_count(p, kept_ban->room); !has_room) return has_room.error();
        kept_ban->number = p.next_ban();
        f.push_back(fact_of(*kept_ban));
        if (kept_ban->what == ban::kind::out && kept_ban->who && !kept_ban->room.empty())
          for (fact& gone : without_invitation(p, kept_ban->room, *kept_ban->who))
            f.push_back(std::move(gone));
        return f;
      },
      [in = q.in.alive(), by = q.by.number(), kept_ban, is_there, done, unknown = found->unknown,
       answer = later_answer(q, command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        if (!*is_there) tell_of(**alive, by, kept_ban->by, kept_ban->room, done);
        lines list{*is_there ? sentence_of_known(*kept_ban) : fmt::format("you have {}", done)};
        if (unknown)
          list.push_back(
              fmt::format("nobody here is called {0}, and no account: it is about guests "
                          "who come by that name",
                          kept_ban->shown));
        answer(std::move(list));
        // Who is muted already was told when it began.
        const bool out = kept_ban->what == ban::kind::out;
        (*alive)->enforce(*kept_ban, !*is_there ? fmt::format("{} has {}", kept_ban->by, done)
                                     : out      ? sentence_of_known(*kept_ban)
                                                : std::string());
      });
  return {};
}

/// What was meant may be in force in another place, or by a network; else nothing is returned.
std::optional<failure> in_force_elsewhere(const people& p, ban::kind kind, const std::string& room,
                                          const std::string& here, const std::string& shown) {
  const std::string_view verb = kind == ban::kind::out ? "banned" : "muted";
  const std::string_view command = kind == ban::kind::out ? "unban" : "unmute";
  const ban* first = nullptr;
  const auto consider = [&](const ban* b) {
    if (b && !p.is_over(*b) && (!first || b->number < first->number)) first = b;
  };
  for (const std::string& place : {std::string(), here})
    for (const ban* b : p.bans_shown_as(kind, place, shown))
      consider(b);
  if (const auto address = parse_network(shown))
    consider(p.find_ban_of_network(
        kind, room, {reinterpret_cast<const char*>(address->bytes.data()), address->bytes.size()}));
  if (!first) return std::nullopt;
  const bool everywhere = first->room.empty();
  return fail(errc::bad_arguments,
              fmt::format("{0} is {1} {2}: /{3} {0}{4} lifts that", first->shown, verb,
                          everywhere ? "everywhere" : "in " + first->room, command,
                          everywhere ? " everywhere" : ""));
}

result<void> lift(const asked& q, std::string_view command, ban::kind kind,
                  requests::order&& what) {
  people& p = q.in.people();
  const std::string here = q.about ? q.about->name() : std::string();
  const std::string room = what.everywhere ? std::string() : here;
  std::string shown(prefix_of_bytes(sanitize(what.who), 64));
  const account* of = account_called(q, what.who);
  const bool renamed =
      of && p.bans_shown_as(kind, {}, shown).empty() && p.bans_shown_as(kind, here, shown).empty();
  if (renamed) shown = of->name; // it was said of the account
  const std::string_view verb = kind == ban::kind::out ? "unbanned" : "unmuted";
  const std::string done = fmt::format("{} {} {} {}", verb, shown,
                                       before_place(kind, what.everywhere), place_of(q, what));
  const auto was_there = std::make_shared<bool>(false);
  p.change(
      [&p, kind, room, here, shown, was_there]() -> result<facts> {
        facts gone;
        for (const ban* b : p.bans_shown_as(kind, room, shown))
          gone.push_back(without(fact_of(*b)));
        if (gone.empty())
          if (auto why = in_force_elsewhere(p, kind, room, here, shown)) return *std::move(why);
        *was_there = !gone.empty();
        return gone;
      },
      [in = q.in.alive(), number = q.by.number(), done, room, shown, verb, was_there,
       by = q.by.name(), answer = later_answer(q, command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        if (!*was_there)
          return answer(lines{fmt::format("{} need not be {}: /bans lists who is", shown, verb)});
        tell_of(**alive, number, by, room, done);
        (*alive)->grade(room);
        answer(lines{fmt::format("you have {}", done)});
      });
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::kick&& what) {
  const auto found = find_whom(q, what.who, what.everywhere);
  if (!found) return found.error();
  member* m = q.in.find_member(what.who);
  const member* of_account = found->who ? q.in.find_member(*found->who) : nullptr;
  if (!m && of_account) m = q.in.find_member(of_account->name()); // under another name
  if (!m || (!what.everywhere && !m->is_in(*q.about)))
    return fail(errc::no_such_member, fmt::format("{} is not here", found->shown));
  const std::string done =
      fmt::format("removed {} from {}{}", m->name(), place_of(q, what), because(what.reason));
  const std::string why = fmt::format("{} has {}", q.by.name(), done);
  const std::string room = what.everywhere ? std::string() : q.about->name();
  if (what.everywhere) {
    tell_of(q.in, q.by.number(), q.by.name(), room, done);
    answer_to(q, what.command, lines{fmt::format("you have {}", done)});
    q.in.close_all(*m, why);
    return {};
  }
  // Whoever hears that they are out may be back at once: nothing lets them in then.
  end_invitation(q, *m,
                 [number = q.by.number(), by = q.by.name(), room, done, why,
                  answer = later_answer(q, what.command)](hub& in, member* still, bool ended) {
                   tell_of(in, number, by, room, done);
                   lines told{fmt::format("you have {}", done)};
                   if (!ended)
                     told.emplace_back("the server cannot write to its disk: the invitation still "
                                       "holds, and they may be back; /kick them again later");
                   answer(std::move(told));
                   if (still) in.put_out(*still, room, why);
                 });
  return {};
}

result<void> carry_out(const asked& q, requests::ban&& what) {
  return put(q, requests::ban::command, ban::kind::out, std::move(what));
}

result<void> carry_out(const asked& q, requests::mute&& what) {
  return put(q, requests::mute::command, ban::kind::mute, std::move(what));
}

result<void> carry_out(const asked& q, requests::unban&& what) {
  return lift(q, requests::unban::command, ban::kind::out, std::move(what));
}

result<void> carry_out(const asked& q, requests::unmute&& what) {
  return lift(q, requests::unmute::command, ban::kind::mute, std::move(what));
}

result<void> carry_out(const asked& q, requests::list_bans&& what) {
  constexpr std::size_t max_listed = 200;
  lines list;
  const people& p = q.in.people();
  for (auto next = p.bans().lower_bound(what.from); next != p.bans().end(); ++next) {
    const auto& [number, b] = *next;
    if ((!b.room.empty() && b.room != q.about->name()) || p.is_over(b)) continue;
    if (list.size() == max_listed) {
      list.push_back(fmt::format("there are more; /bans {} goes on from there", number));
      break;
    }
    list.push_back(fmt::format("{} {}{}{}, by {}{}", b.what == ban::kind::out ? "banned" : "muted",
                               b.shown, b.room.empty() ? " everywhere" : "",
                               b.until
                                   ? fmt::format(" until {:%Y-%m-%d %H:%M} UTC",
                                                 std::chrono::floor<std::chrono::seconds>(*b.until))
                                   : std::string(),
                               b.by, because(b.reason)));
  }
  if (list.empty()) list.emplace_back("nobody is banned or muted here");
  answer_to(q, what.command, std::move(list));
  return {};
}

} // namespace asio_chat::commands
