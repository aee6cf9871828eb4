#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

namespace asio_chat::commands {

namespace {

/// What may be said: not nothing, and nothing is what cannot be seen, not more than the limit, and
/// nothing that harms a reader.
result<std::string> sayable(std::string_view said, const hub& h) {
  std::string text = sanitize(trim(said));
  if (is_blank(text)) return fail(errc::text_empty, "there is nothing to say");
  if (text.size() > h.limits().text_bytes) {
    return fail(errc::text_too_long, fmt::format("the text has {} bytes; at most {} are allowed",
                                                 text.size(), h.limits().text_bytes));
  }
  return text;
}

result<void> post(hub& h, member& m, const command& c, entry_kind kind) {
  const auto r = h.room_of(m, c.room);
  if (!r) return r.error();
  auto text = sayable(c.arguments, h);
  if (!text) return text.error();
  (*r)->post(m, kind, *std::move(text), c.id, c.ref);
  return {};
}

} // namespace

result<void> say(hub& h, member& m, const command& c) {
  return post(h, m, c, entry_kind::message);
}

result<void> me(hub& h, member& m, const command& c) {
  return post(h, m, c, entry_kind::action);
}

result<void> msg(hub& h, member& m, const command& c) {
  const auto end = c.arguments.find_first_of(" \t\n");
  const std::string_view to = c.arguments.substr(0, end);
  auto text = sayable(end == std::string_view::npos ? "" : c.arguments.substr(end), h);
  if (!text) {
    return text.error().code == errc::text_empty
               ? fail(errc::bad_arguments, "usage: /msg NAME TEXT")
               : text.error();
  }
  const member* other = h.find_member(to);
  if (!other) {
    return fail(errc::no_such_member,
                fmt::format("nobody here is called {}", prefix_of_bytes(sanitize(to), 40)));
  }
  // A receiver who does not read neither holds up the sender nor is closed for it.
  if (other->sink().full()) {
    return fail(errc::not_available,
                fmt::format("{} does not read at the moment; not delivered", other->name()));
  }
  other->tell(direct_message{m.name(), other->name(), h.time().wall_now(), *text});
  m.tell(reply{std::string(c.ref), "msg", {fmt::format("to {}: {}", other->name(), *text)}, {}});
  return {};
}

} // namespace asio_chat::commands
