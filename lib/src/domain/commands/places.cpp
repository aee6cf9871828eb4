#include "base/sanitize.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"
#include "model/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::commands {

namespace {

/// A list of thousands comes in parts, each asked for: no one answer takes long to make, and each
/// fits a frame of the native protocol, even if every character has to be escaped.
constexpr std::size_t most_listed = 1'000;
constexpr std::size_t most_of_a_list = 28'000;
constexpr std::size_t around_a_name = 4; ///< quotes and commas

bool take(std::size_t bytes, std::size_t& bytes_left) noexcept {
  const std::size_t all = bytes + around_a_name;
  if (all > bytes_left) return false;
  bytes_left -= all;
  return true;
}

std::string going_on(std::size_t all, std::string_view command, std::string_view next) {
  return fmt::format("there are {}; /{} {} goes on from there", all, command, next);
}

/// `#Den` is the room `den`. What is no name of a room stands somewhere in the order as well.
std::string room_name_in(std::string_view argument) {
  if (argument.starts_with('#')) argument.remove_prefix(1);
  return fold_name(argument);
}

} // namespace

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
  std::size_t bytes_left = most_of_a_list;
  auto next = h.rooms().lower_bound(room_name_in(c.arguments));
  for (; next != h.rooms().end() && answer.items.size() < most_listed; ++next) {
    const room& r = *next->second;
    std::string line =
        fmt::format("{} ({}){}{}", r.name(), r.size(), r.topic().empty() ? "" : ": ", r.topic());
    if (!take(line.size() + r.name().size(), bytes_left)) break;
    answer.lines.push_back(std::move(line));
    answer.items.push_back(r.name());
  }
  if (next != h.rooms().end())
    answer.lines.push_back(going_on(h.rooms().size(), "rooms", next->first));
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
  const std::set<std::string>& all = (*r)->member_names();
  std::vector<std::string> names;
  std::size_t bytes_left = most_of_a_list;
  auto next = all.lower_bound(std::string(c.arguments));
  for (; next != all.end() && names.size() < most_listed; ++next) {
    if (!take(2 * next->size(), bytes_left)) break;
    names.push_back(*next);
  }
  reply answer{std::string(c.ref), "who", {fmt::format("online: {}", fmt::join(names, ", "))}, {}};
  if (next != all.end()) answer.lines.push_back(going_on(all.size(), "who", *next));
  answer.items = std::move(names);
  m.tell(std::move(answer));
  return {};
}

} // namespace asio_chat::commands
