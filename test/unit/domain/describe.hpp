// Events as short lines, so that a conversation reads as one.
#pragma once

#include <asio_chat/event.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <variant>

namespace asio_chat::test {

///     lobby@2 alice: hello            an entry (alice* for an action, alice= for a topic)
///     lobby@3 alice: hi (edits 2)     what refers to another one
///     lobby +bob   lobby -bob   lobby bob>robert
///     alice to bob: psst
///     ack m1 lobby@2                  (ack again … for a repetition)
///     reply[r] who: alice bob
///     refused[r] name_taken: the name bob is taken
///     state[r] lobby head 2 topic 'tea' members alice bob
///     page[r] lobby: 1 2 3            (… more) (… gap 1)
struct describer {
  std::string operator()(const entry& e) const {
    const char* sign = e.kind == entry_kind::message  ? ":"
                       : e.kind == entry_kind::action ? "*"
                                                      : "=";
    constexpr const char* ways[] = {"",          "edits", "deletes", "answers",
                                    "reacts to", "pins",  "unpins"};
    const std::string refers =
        e.refers.how == entry_reference::kind::none
            ? std::string()
            : fmt::format(" ({} {})", ways[static_cast<int>(e.refers.how)], e.refers.offset);
    return fmt::format("{}@{} {}{} {}{}", e.room, e.at.offset, e.from, sign, e.text, refers);
  }
  std::string operator()(const member_joined& m) const {
    return fmt::format("{} +{}", m.room, m.name);
  }
  std::string operator()(const member_left& m) const {
    return fmt::format("{} -{}", m.room, m.name);
  }
  std::string operator()(const member_renamed& m) const {
    return fmt::format("{} {}>{}", m.room, m.from, m.to);
  }
  std::string operator()(const direct_message& m) const {
    return fmt::format("{} to {}: {}", m.from, m.to, m.text);
  }
  std::string operator()(const acknowledged& a) const {
    return fmt::format("ack {}{} {}@{}", a.duplicate ? "again " : "", a.id, a.room, a.at.offset);
  }
  std::string operator()(const reply& r) const {
    return fmt::format("reply[{}] {}: {}", r.ref, r.command, fmt::join(r.items, " "));
  }
  std::string operator()(const refused& r) const {
    return fmt::format("refused[{}] {}: {}", r.ref, name_of(r.code), r.message);
  }
  std::string operator()(const room_state& s) const {
    return fmt::format("state[{}] {} head {} topic '{}' members {}", s.ref, s.room, s.head.offset,
                       s.topic, fmt::join(s.members, " "));
  }
  std::string operator()(const entries_missed& m) const {
    return fmt::format("missed {} {}..{}", m.room, m.after.offset, m.next.offset);
  }
  std::string operator()(const history_page& p) const {
    std::string line = fmt::format("page[{}] {}:", p.ref, p.room);
    for (const entry& e : p.entries)
      line += fmt::format(" {}", e.at.offset);
    if (p.more) line += " more";
    if (p.gap) line += fmt::format(" gap {}", *p.gap);
    return line;
  }
};

inline std::string describe(const event& e) {
  return std::visit(describer{}, e);
}

} // namespace asio_chat::test
