#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"
#include "domain/member_news.hpp"
#include "domain/sayable.hpp"
#include "domain/time_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t longest_absence = 200;

} // namespace

result<void> carry_out(const asked& q, requests::set_away&& what) {
  std::string why = sanitize_for_terminal(what.text); // one line
  if (why.size() > longest_absence)
    return fail(errc::text_too_long,
                fmt::format("why you are away has at most {} bytes", longest_absence));
  const bool was = !q.by.of().away().empty();
  const bool is = !why.empty();
  lines told{is    ? fmt::format("you are away: {}; /away ends it", why)
             : was ? "you are back"
                   : "you were not away; /away TEXT says that you are"};
  q.by.of().set_away(std::move(why));
  if (was != is) tell_rooms_of(q.in, q.by.of(), &room::tell_away);
  answer_to(q, what.command, std::move(told));
  return {};
}

result<void> carry_out(const asked& q, requests::last_seen&& what) {
  const member* here = q.in.find_member(what.who);
  const account* known = here ? nullptr : q.in.people().find(what.who);
  if (known) here = q.in.find_member(known->id); // under another name
  if (here) {
    answer_to(q, what.command,
              lines{fmt::format("{} is here{}, since {}", known ? known->name : here->name(),
                                known ? " as " + here->name() : "", minute_of(here->came()))});
    return {};
  }
  if (!known)
    return fail(errc::no_such_member,
                fmt::format("nobody here is called {}, and no account",
                            prefix_of_bytes(sanitize_for_terminal(what.who), 40)));
  const auto devices = q.in.people().devices_of(known->id);
  const auto last = std::ranges::max_element(devices, {}, &device::seen);
  answer_to(q, what.command,
            lines{last == devices.end() ? fmt::format("{} has no device that was here", known->name)
                                        : fmt::format("{} was here last at {}, to an hour",
                                                      known->name, minute_of((*last)->seen))});
  return {};
}

} // namespace asio_chat::commands
