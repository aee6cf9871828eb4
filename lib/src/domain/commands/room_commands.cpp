#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"
#include "domain/sayable.hpp"
#include "model/displayed_names.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace asio_chat::commands {

namespace {

/// A list of thousands comes in parts, each asked for: no one answer takes long to make.
constexpr std::size_t max_listed = 1'000;

/// `#Den` is the room `den`. What is no name of a room stands somewhere in the order as well.
std::string room_name_in(std::string_view argument) {
  if (argument.starts_with('#')) argument.remove_prefix(1);
  return ascii::lower(std::string(argument));
}

} // namespace

result<void> carry_out(const asked& q, requests::join&& what) {
  // The answer is the state of the room.
  const bool reads_log = q.by.of().may(right::read_log);
  const start_position from =
      reads_log ? start_position{what.after, what.history} : start_position{{}, 0};
  if (!what.key.empty()) {
    const auto name = check_room_name(q.room_name, q.in.limits());
    if (!name) return name.error();
    const room_facts* about = q.in.people().room(*name);
    if (!about || !about->modes.is_private) // a word too many, mostly
      return fail(errc::bad_arguments, fmt::format("{0} has no key: /join {0}", *name));
    const auto may = q.in.check_may_enter_room(q.by, *name);
    if (!may && may.error().code == errc::key_required)
      return join_by_key(q, *name, std::move(what.key), from, may.error());
  }
  return q.in.join(q.by, q.room_name, q.ref, from);
}

result<void> carry_out(const asked& q, requests::leave&& what) {
  const std::string name = q.about->name();
  if (const auto done = q.in.part(q.by, name); !done) return done.error();
  answer_to(q, what.command, answers::left{name});
  return {};
}

result<void> carry_out(const asked& q, requests::list_rooms&& what) {
  const hub::rooms_by_name& all = q.in.rooms();
  answers::rooms list{{}, all.size(), {}};
  auto next = all.lower_bound(room_name_in(what.from));
  for (; next != all.end() && list.next.empty(); ++next) {
    const room& r = *next->second;
    if (!q.in.may_see(q.by, r.name()))
      --list.total; // as far as is known here
    else if (list.list.size() < max_listed)
      list.list.push_back({r.name(), r.size(), r.topic()});
    else
      list.next = r.name();
  }
  answer_to(q, what.command, std::move(list));
  return {};
}

result<void> carry_out(const asked& q, requests::topic&& what) {
  if (what.text)
    if (auto done = make_topic(*what.text, q.in.limits()); !done) return done;
  // Behind an entry of this member that is under way, the topic may be another one.
  const bool is_so = what.text && *what.text == q.about->topic() && q.about->head().offset > 0 &&
                     q.by.is_time_for(turn::after_posts);
  if (!what.text || is_so) {
    answer_to(q, what.command, answers::topic{q.about->name(), q.about->topic()});
    return {};
  }
  q.about->post(q.by, entry_kind::topic, *std::move(what.text), {}, q.ref);
  return {};
}

result<void> carry_out(const asked& q, requests::list_members&& what) {
  const auto& all = q.about->member_names();
  answers::members list{q.about->name(), {}, all.size(), {}};
  auto next = all.lower_bound(what.from);
  for (; next != all.end() && list.names.size() < max_listed; ++next) {
    list.names.push_back(next->first);
    if (q.about->is_marked(next->first)) list.guests.push_back(next->first);
    if (const std::string* shown = q.in.people().displayed_by(next->second->who()))
      list.displayed.push_back(marked_item(next->first, *shown));
    if (!next->second->away().empty()) list.away.push_back(next->first);
  }
  if (next != all.end()) list.next = next->first;
  answer_to(q, what.command, std::move(list));
  return {};
}

} // namespace asio_chat::commands
