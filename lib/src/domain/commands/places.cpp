#include "base/sanitize.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace asio_chat::commands {

result<void> join(hub& h, member& m, const command& c) {
  // The answer is the state of the room.
  return h.join(m, c.arguments, c.ref);
}

result<void> leave(hub& h, member& m, const command& c) {
  const auto r = h.room_of(m, c.arguments.empty() ? c.room : c.arguments);
  if (!r) return r.error();
  const std::string name = (*r)->name();
  if (const auto done = h.part(m, name); !done) return done.error();
  m.tell(reply{std::string(c.ref), "leave", {fmt::format("you left {}", name)}, {name}});
  return {};
}

result<void> rooms(hub& h, member& m, const command& c) {
  reply answer{std::string(c.ref), "rooms", {}, {}};
  for (const room* r : h.rooms()) {
    answer.lines.push_back(fmt::format("{} ({}){}{}", r->name(), r->size(),
                                       r->topic().empty() ? "" : ": ", r->topic()));
    answer.items.push_back(r->name());
  }
  m.tell(std::move(answer));
  return {};
}

result<void> topic(hub& h, member& m, const command& c) {
  const auto r = h.room_of(m, c.room);
  if (!r) return r.error();
  if (c.arguments.empty()) {
    const std::string& topic = (*r)->topic();
    m.tell(reply{std::string(c.ref),
                 "topic",
                 {topic.empty() ? "there is no topic" : "topic: " + topic},
                 {topic}});
    return {};
  }
  std::string text = c.arguments == "-" ? std::string() : sanitize(c.arguments);
  if (c.arguments != "-" && is_blank(text))
    return fail(errc::text_empty, "a topic that cannot be seen is none; /topic - removes it");
  if (text.size() > h.limits().topic_bytes) {
    return fail(errc::text_too_long, fmt::format("the topic has {} bytes; at most {} are allowed",
                                                 text.size(), h.limits().topic_bytes));
  }
  (*r)->post(m, entry_kind::topic, std::move(text), c.id, c.ref);
  return {};
}

result<void> who(hub& h, member& m, const command& c) {
  const auto r = h.room_of(m, c.room);
  if (!r) return r.error();
  const auto& sorted = (*r)->member_names();
  std::vector<std::string> names(sorted.begin(), sorted.end());
  std::string line = fmt::format("online: {}", fmt::join(names, ", "));
  m.tell(reply{std::string(c.ref), "who", {std::move(line)}, std::move(names)});
  return {};
}

} // namespace asio_chat::commands
