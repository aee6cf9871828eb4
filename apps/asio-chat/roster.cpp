#include "roster.hpp"

namespace asio_chat::app {

namespace {

/// Names serve completion: nobody types one of so many, and a server must not fill our memory.
constexpr std::size_t most_names = 10'000;
constexpr std::size_t most_rooms = 1'000;

void add(std::set<std::string>& names, const std::string& name) {
  if (names.size() < most_names) names.insert(name);
}

} // namespace

void roster::observe(const client_event& e) {
  if (const auto* state = std::get_if<room_state>(&e)) {
    if (rooms_.size() >= most_rooms && !rooms_.contains(state->room)) return;
    rooms_[state->room] = {state->members.begin(), state->members.end()};
  } else if (const auto* in = std::get_if<member_joined>(&e)) {
    if (const auto room = rooms_.find(in->room); room != rooms_.end()) add(room->second, in->name);
  } else if (const auto* out = std::get_if<member_left>(&e)) {
    if (const auto room = rooms_.find(out->room); room != rooms_.end())
      room->second.erase(out->name);
  } else if (const auto* other = std::get_if<member_renamed>(&e)) {
    if (const auto room = rooms_.find(other->room); room != rooms_.end()) {
      room->second.erase(other->from);
      add(room->second, other->to);
    }
  } else if (const auto* said = std::get_if<entry>(&e)) {
    // In a big room nobody is announced; who speaks is there.
    if (const auto room = rooms_.find(said->room); room != rooms_.end())
      add(room->second, said->from);
  } else if (const auto* again = std::get_if<connected>(&e); again && again->again) {
    rooms_.clear();
  }
}

std::vector<std::string> roster::rooms() const {
  std::vector<std::string> all;
  for (const auto& [room, members] : rooms_)
    all.push_back(room);
  return all;
}

std::vector<std::string> roster::names() const {
  std::set<std::string> all;
  for (const auto& [room, members] : rooms_)
    all.insert(members.begin(), members.end());
  return {all.begin(), all.end()};
}

} // namespace asio_chat::app
