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

result<void> carry_out(const asked& q, requests::join&& what) {
  // The answer is the state of the room.
  return q.in.join(q.by, q.room_name, q.ref, {what.after, what.history});
}

result<void> carry_out(const asked& q, requests::leave&&) {
  const std::string name = q.about->name();
  if (const auto done = q.in.part(q.by, name); !done) return done.error();
  q.by.tell(reply{q.ref, "leave", {fmt::format("you left {}", name)}, {name}});
  return {};
}

result<void> carry_out(const asked& q, requests::list_rooms&& what) {
  const hub::rooms_by_name& all = q.in.rooms();
  reply answer{q.ref, "rooms", {}, {}};
  std::size_t bytes_left = most_of_a_list;
  auto next = all.lower_bound(room_name_in(what.from));
  for (; next != all.end() && answer.items.size() < most_listed; ++next) {
    const room& r = *next->second;
    std::string line =
        fmt::format("{} ({}){}{}", r.name(), r.size(), r.topic().empty() ? "" : ": ", r.topic());
    if (!take(line.size() + r.name().size(), bytes_left)) break;
    answer.lines.push_back(std::move(line));
    answer.items.push_back(r.name());
  }
  if (next != all.end()) answer.lines.push_back(going_on(all.size(), "rooms", next->first));
  q.by.tell(std::move(answer));
  return {};
}

result<void> carry_out(const asked& q, requests::topic&& what) {
  if (!what.text) {
    const std::string& topic = q.about->topic();
    q.by.tell(
        reply{q.ref, "topic", {topic.empty() ? "there is no topic" : "topic: " + topic}, {topic}});
    return {};
  }
  std::string text = sanitize(*what.text);
  if (!text.empty() && is_blank(text))
    return fail(errc::text_empty, "a topic that cannot be seen is none; /topic - removes it");
  const std::size_t most = q.in.limits().topic_bytes;
  if (text.size() > most) {
    return fail(errc::text_too_long,
                fmt::format("the topic has {} bytes; at most {} are allowed", text.size(), most));
  }
  q.about->post(q.by, entry_kind::topic, std::move(text), {}, q.ref);
  return {};
}

result<void> carry_out(const asked& q, requests::list_members&& what) {
  const std::set<std::string>& all = q.about->member_names();
  std::vector<std::string> names;
  std::size_t bytes_left = most_of_a_list;
  auto next = all.lower_bound(what.from);
  for (; next != all.end() && names.size() < most_listed; ++next) {
    if (!take(2 * next->size(), bytes_left)) break;
    names.push_back(*next);
  }
  reply answer{q.ref, "who", {fmt::format("online: {}", fmt::join(names, ", "))}, {}};
  if (next != all.end()) answer.lines.push_back(going_on(all.size(), "who", *next));
  answer.items = std::move(names);
  q.by.tell(std::move(answer));
  return {};
}

} // namespace asio_chat::commands
