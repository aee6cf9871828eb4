#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/room_changes.hpp"
#include "domain/commands/whom.hpp"
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "model/names.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr int above_all_rooms = static_cast<int>(role::owner) + 1;

int rank_of(role on_server, role in_room) {
  return on_server == role::owner ? above_all_rooms
                                  : static_cast<int>(std::max(on_server, in_room));
}

int own_rank(const asked& q, bool everywhere) {
  const member& m = q.by.of();
  return rank_of(m.role(), everywhere ? m.role() : q.in.role_in(m, q.about->name()));
}

int rank_of(const asked& q, const account& a, bool everywhere) {
  const room_facts* about = everywhere ? nullptr : q.in.people().room(q.about->name());
  return rank_of(a.role, about ? about->role_of(a.id) : role::guest);
}

result<void> check_rank(const asked& q, const account& a, bool everywhere) {
  if (own_rank(q, everywhere) > rank_of(q, a, everywhere)) return {};
  return fail(errc::not_allowed,
              a.id == q.by.who()
                  ? std::string("you may not do that to yourself")
                  : fmt::format("{} has the same role as you, or a higher one", a.name));
}

/// Nobody bans the guest 999.1.1.1.
bool looks_like_network(std::string_view typed) {
  return typed.find_first_of("/:") != typed.npos ||
         (typed.find('.') != typed.npos && typed.find_first_not_of("0123456789.") == typed.npos);
}

std::string shown(const std::string& typed) {
  return std::string(prefix_of_bytes(sanitize(typed), 64));
}

/// The table of rights, a line for each role, which can be read in the width of a chat.
lines sentences_of_policy() {
  lines list;
  for (const role r : all_roles) {
    std::string may;
    for (const policy_row& row : policy_table())
      if (row.from == r) may += fmt::format("{}{}", may.empty() ? "" : ", ", row.phrase);
    list.push_back(fmt::format("{} may{} {}", name_of(r), r == role::guest ? "" : " also", may));
  }
  return list;
}

/// What is to be said to who gives a role that does not count yet; empty: nothing.
std::string not_counted_yet(const hub& in, const account& a, role given) {
  const role counts = in.counted(a.id, given);
  return counts == given
             ? std::string()
             : fmt::format("it counts as {} until {} has a second factor", name_of(counts), a.name);
}

result<void> give(const asked& q, std::string_view command, const std::string& who, role given) {
  const auto found = find_account(q, who, false);
  if (!found) return found.error();
  const account& a = **found;
  if (static_cast<int>(given) >= own_rank(q, false))
    return fail(errc::not_allowed,
                fmt::format("you cannot give more than you have: {}", name_of(given)));
  const room_facts* about = q.in.people().room(q.about->name());
  const role now = about ? about->role_of(a.id) : role::guest;
  return change_room(
      q, command,
      [id = a.id, given](room_facts& r) {
        if (given == role::guest) {
          r.roles.erase(id);
        } else {
          r.roles[id] = given;
        }
      },
      given == role::guest ? fmt::format("taken the role of {} from {}", name_of(now), a.name)
                           : fmt::format("made {} {} of this room", a.name, name_of(given)),
      given == role::guest
          ? fmt::format("{} has no role of {} that could be taken", a.name, q.about->name())
          : fmt::format("{} is {} of {} already", a.name, name_of(given), q.about->name()),
      not_counted_yet(q.in, a, given));
}

result<void> give_everywhere(const asked& q, requests::give_role& what, role given) {
  const auto found = find_account(q, what.who, true);
  if (!found) return found.error();
  people& p = q.in.people();
  const identity id = (*found)->id;
  const std::string name((*found)->name);
  const std::string also = not_counted_yet(q.in, **found, given);
  const auto is_so = std::make_shared<bool>(false);
  p.change(
      [&p, id, given, is_so]() -> result<facts> {
        const account* a = p.find(id);
        if (!a) return fail(errc::no_such_member, "the account is gone");
        *is_so = a->role == given;
        if (*is_so) return facts();
        account changed = *a;
        changed.role = given;
        return facts{fact_of(changed)};
      },
      [in = q.in.alive(), id, name, given, also, is_so, by = q.by.name(),
       answer = later_answer(q, requests::give_role::command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        if (*is_so)
          return answer(lines{fmt::format("{} is {} of the server already", name, name_of(given))});
        const std::string done = fmt::format("made {} {} of the server", name, name_of(given));
        (*alive)->note(fmt::format("{} has {}", by, done));
        (*alive)->take_role(id);
        lines list{fmt::format("you have {}", done)};
        if (!also.empty()) list.push_back(also);
        answer(std::move(list));
      });
  return {};
}

std::string invited_into(const asked& q) {
  constexpr std::size_t max_listed = 200;
  const room_facts* about = q.in.people().room(q.about->name());
  std::vector<std::string> names;
  std::size_t others = 0;
  if (about)
    for (const identity& id : about->invited) {
      const account* a = q.in.people().find(id);
      if (!a) continue;
      names.size() < max_listed ? names.push_back(a->name) : static_cast<void>(++others);
    }
  if (names.empty()) return fmt::format("nobody is invited into {}", q.about->name());
  std::ranges::sort(names);
  return fmt::format("invited into {}: {}{}", q.about->name(), fmt::join(names, ", "),
                     others > 0 ? fmt::format(" and {} more", others) : std::string());
}

std::string modes_of(const room_facts& about) {
  const room_modes& m = about.modes;
  std::string on;
  const auto add = [&on](std::string_view word) {
    on += on.empty() ? "" : ", ";
    on += word;
  };
  if (m.is_private) add(about.key_hash.empty() ? "private" : "private with a key");
  if (m.moderated) add("moderated");
  if (m.read_only) add("read-only");
  if (m.slow.count() > 0) add(fmt::format("slow ({} s)", m.slow.count()));
  return on.empty() ? "none" : on;
}

} // namespace

const account* account_called(const asked& q, std::string_view typed) {
  if (const account* a = q.in.people().find(typed)) return a;
  const member* here = q.in.find_member(typed);
  return here && here->has_account() ? q.in.people().find(here->who()) : nullptr;
}

std::string role_text(const hub& in, const identity& account, role r) {
  const role counts = in.counted(account, r);
  if (counts == r) return std::string(name_of(r));
  return fmt::format("{} (counts as {} until there is a second factor)", name_of(r),
                     name_of(counts));
}

result<const account*> find_account(const asked& q, const std::string& typed, bool everywhere) {
  const account* a = account_called(q, typed);
  if (!a) {
    return fail(errc::no_such_member,
                q.in.find_member(typed)
                    ? fmt::format("{} is a guest: roles belong to accounts, see /help register",
                                  shown(typed))
                    : fmt::format("there is no account {}", shown(typed)));
  }
  if (auto may = check_rank(q, *a, everywhere); !may) return may.error();
  return a;
}

result<whom> find_whom(const asked& q, const std::string& typed, bool everywhere) {
  const member* here = q.in.find_member(typed);
  // A guest may be called like an address: that one is meant, and with /32 behind it the address.
  if (auto from = parse_network(typed); from && !here) return whom{shown(typed), {}, {}, from};
  if (const account* a = account_called(q, typed)) {
    if (auto may = check_rank(q, *a, everywhere); !may) return may.error();
    return whom{a->name, a->id, {}, {}};
  }
  if (!here && looks_like_network(typed))
    return fail(errc::bad_arguments,
                fmt::format("{} is no address and no network: those are such as 192.0.2.7, "
                            "192.0.2.0/24 or 2001:db8::/32",
                            shown(typed)));
  if (here && &q.by.of() == here) return fail(errc::not_allowed, "you may not do that to yourself");
  if (here && rank_of(here->role(), role::guest) >= own_rank(q, everywhere))
    return fail(errc::not_allowed,
                fmt::format("{} has the same role as you, or a higher one", here->name()));
  const auto proper = here ? here->name() : check_member_name(typed, q.in.limits());
  if (!proper) return proper.error();
  whom guest{*proper, {}, fold_name(*proper), {}};
  if (here) guest.who = here->who();
  guest.unknown = !here;
  return guest;
}

result<void> carry_out(const asked& q, requests::show_rights&& what) {
  lines list = sentences_of_policy();
  const member& m = q.by.of();
  const account* a = m.has_account() ? q.in.people().find(m.who()) : nullptr;
  std::string own = fmt::format("you are {} on this server", a ? role_text(q.in, a->id, a->role)
                                                               : std::string(name_of(m.role())));
  for (const member::presence& p : m.rooms())
    if (!p.in->direct())
      own += fmt::format(", {} in {}", name_of(q.in.role_in(m, p.in->name())), p.in->name());
  list.push_back(std::move(own));
  if (q.by.app())
    list.push_back(fmt::format("over this connection you may {} alone, by app password {}",
                               scope_of(*q.by.app()), q.by.app()->number));
  answer_to(q, what.command, std::move(list));
  return {};
}

result<void> carry_out(const asked& q, requests::give_role&& what) {
  if (what.role_name.empty()) {
    const account* a = account_called(q, what.who);
    if (!a)
      return fail(errc::no_such_member, fmt::format("there is no account {}", shown(what.who)));
    const room_facts* about = q.in.people().room(q.about->name());
    role here = about ? about->role_of(a->id) : role::guest;
    if (!about || !about->has_owner()) here = std::max(here, role::member); // as `hub::role_in`
    answer_to(q, what.command,
              lines{fmt::format("{}: {} of the server, {} of {}", a->name,
                                role_text(q.in, a->id, a->role), role_text(q.in, a->id, here),
                                q.about->name())});
    return {};
  }
  const role given = *find_role(what.role_name);
  return what.everywhere ? give_everywhere(q, what, given) : give(q, what.command, what.who, given);
}

result<void> carry_out(const asked& q, requests::promote&& what) {
  return give(q, what.command, what.who, role::op);
}

result<void> carry_out(const asked& q, requests::demote&& what) {
  return give(q, what.command, what.who, role::guest);
}

result<void> carry_out(const asked& q, requests::invite&& what) {
  if (what.who.empty()) {
    answer_to(q, what.command, lines{invited_into(q)});
    return {};
  }
  const account* a = account_called(q, what.who);
  if (!a) {
    return fail(
        errc::no_such_member,
        fmt::format("there is no account {}: only accounts can be invited", shown(what.who)));
  }
  const std::string room = q.about->name();
  const room_facts* about = q.in.people().room(room);
  const bool was = about && about->invited.contains(a->id);
  if (what.ends && q.in.key_guests().has(a->id, room) && !was) {
    q.in.key_guests().end(a->id, room);
    answer_to(q, what.command, lines{fmt::format("{} needs the key from now on", a->name)});
    return {};
  }
  if (what.ends)
    return change_room(
        q, what.command, [id = a->id](room_facts& r) { r.invited.erase(id); },
        fmt::format("taken back the invitation of {}", a->name),
        fmt::format("{} is not invited: /invite lists who is", a->name));
  if (auto may = was ? result<void>() : q.in.directs().check_may_write(q.by, a->id); !may)
    return may;
  if (const member* there = was ? nullptr : q.in.find_member(a->id)) {
    const direct_message told{
        std::string(name_of_server), there->name(), q.in.time().wall_now(),
        fmt::format("{0} invites you into {1}: /join {1}", q.by.name(), room)};
    for (const endpoint* e : there->endpoints())
      e->tell(told);
  }
  return change_room(
      q, what.command, [id = a->id](room_facts& r) { r.invited.insert(id); },
      fmt::format("invited {}", a->name),
      fmt::format("{0} is invited already; /invite {0} off takes it back", a->name));
}

result<void> carry_out(const asked& q, requests::set_mode&& what) {
  if (what.mode.empty()) {
    const room_facts* about = q.in.people().room(q.about->name());
    answer_to(
        q, what.command,
        lines{fmt::format("modes of {}: {}", q.about->name(), about ? modes_of(*about) : "none")});
    return {};
  }
  if (what.mode == "private" && q.about->name() == q.in.default_room())
    return fail(errc::bad_arguments, "the room that everybody comes into cannot be private");
  const room_facts* about = q.in.people().room(q.about->name());
  const bool ends_key = what.mode == "private" && !what.on && about && !about->key_hash.empty();
  return change_room(
      q, what.command,
      [mode = what.mode, on = what.on](room_facts& r) {
        if (mode == "private" && !on) r.key_hash.clear(); // nobody is surprised by it later

        bool& which = mode == "private"     ? r.modes.is_private
                      : mode == "moderated" ? r.modes.moderated
                                            : r.modes.read_only;
        which = on;
      },
      ends_key ? std::string("switched private off and removed the key of this room")
               : fmt::format("switched {} {}", what.mode, what.on ? "on" : "off"),
      fmt::format("{} is {} already", what.mode, what.on ? "on" : "off"));
}

result<void> carry_out(const asked& q, requests::set_slow&& what) {
  return change_room(
      q, what.command, [t = what.between](room_facts& r) { r.modes.slow = t; },
      what.between.count() == 0
          ? std::string("made this room as fast as before")
          : fmt::format("made this room slow: a message each {} s", what.between.count()),
      what.between.count() == 0 ? std::string("this room is not slow")
                                : fmt::format("a message each {} s is what this room takes already",
                                              what.between.count()));
}

} // namespace asio_chat::commands
