#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "domain/sayable.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t longest_sign = 32;

template <class What>
result<void> say(const asked& q, entry_reference::kind how, What what) {
  if (auto done = make_sayable(what.text, q.in.limits()); !done) {
    if (done.error().code != errc::text_empty) return done;
    const auto& arguments = find_command(what.command)->arguments;
    return missing_argument(*find_command(what.command), arguments.back().name);
  }
  if (q.about->direct()) {
    return q.in.directs().write(q.by, q.about->direct()->other, what.id.empty() ? q.ref : what.id,
                                [in = q.about->shared_from_this(), how,
                                 said = static_cast<requests::referring&&>(what),
                                 ref = q.ref](endpoint& by) { in->refer(by, how, said, ref); });
  }
  q.about->refer(q.by, how, static_cast<requests::referring&&>(what), q.ref);
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::edit&& what) {
  return say(q, entry_reference::kind::edit, std::move(what));
}

result<void> carry_out(const asked& q, requests::remove&& what) {
  what.text.clear();
  q.about->refer(q.by, entry_reference::kind::removal, static_cast<requests::referring&&>(what),
                 q.ref);
  return {};
}

result<void> carry_out(const asked& q, requests::answer&& what) {
  return say(q, entry_reference::kind::reply, std::move(what));
}

result<void> carry_out(const asked& q, requests::react&& what) {
  if (what.text.size() > longest_sign)
    return fail(errc::text_too_long,
                fmt::format("a reaction has at most {} bytes; /reply says more", longest_sign));
  if (what.text.find_first_of("\n\t") != std::string::npos)
    return fail(errc::bad_arguments, "a reaction is one line");
  return say(q, entry_reference::kind::reaction, std::move(what));
}

} // namespace asio_chat::commands
