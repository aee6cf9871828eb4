// What a server tells of members besides their names, as clients hear of it.
#pragma once

#include <asio_chat/event.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

/// A name of a member, which has no blank in it, and what is told of them; empty: no more.
inline std::string marked_item(const std::string& name, std::string_view mark) {
  return mark.empty() ? name : name + " " + std::string(mark);
}

/// What a server tells clients of members that are in a room with them: an answer to no request,
/// without a line for a person.
inline reply list_of_marked(const char* command, std::vector<std::string> items) {
  return {{}, command, {}, std::move(items), {}};
}

/// The marks of members, where they are shown: in a client.
class member_marks {
 public:
  /// A server must not fill the memory.
  static constexpr std::size_t max_names = 10'000;
  static constexpr std::size_t max_item_bytes = 1'024;

  /// @param command whose answers tell them
  explicit member_marks(std::string_view command)
      : command_(command) {}

  /// Hears of everything.
  template <class... Events>
  void observe(const std::variant<Events...>& e) {
    // Somebody else may have borne the name before; who has a mark is told next.
    if (const auto* came = std::get_if<member_joined>(&e)) shown_.erase(came->name);
    const auto* room = std::get_if<room_state>(&e);
    if (room && !room->room.starts_with('@')) // of what two say to each other no list follows
      for (const std::string& name : room->members)
        shown_.erase(name);
    if (const auto* renamed = std::get_if<member_renamed>(&e)) rename(*renamed);
    const auto* r = std::get_if<reply>(&e);
    if (!r || r->command != command_ || !r->ref.empty() || !r->lines.empty()) return;
    for (const std::string& item : r->items) {
      const auto blank = item.find(' ');
      if (blank == std::string::npos)
        shown_.erase(item);
      else if (item.size() <= max_item_bytes &&
               (shown_.size() < max_names || shown_.contains(item.substr(0, blank))))
        shown_.insert_or_assign(item.substr(0, blank), item.substr(blank + 1));
    }
  }
  /// There is another connection.
  void forget() { shown_.clear(); }
  /// Empty: the member has none.
  std::string_view of(const std::string& name) const {
    const auto found = shown_.find(name);
    return found == shown_.end() ? std::string_view() : found->second;
  }

 private:
  void rename(const member_renamed& m) {
    if (m.from == m.to) return;
    auto moved = shown_.extract(m.from); // told once for each room that both are in
    if (moved.empty()) return;
    shown_.erase(m.to);
    moved.key() = m.to;
    shown_.insert(std::move(moved));
  }

  std::string command_;
  std::map<std::string, std::string> shown_; ///< by the name of the member
};

} // namespace asio_chat
