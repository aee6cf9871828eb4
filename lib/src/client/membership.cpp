#include "client/membership.hpp"

#include "model/names.hpp"

#include <algorithm>

namespace asio_chat::client_room {

std::optional<std::string> membership::observe(const event& e) {
  if (const auto* state = std::get_if<room_state>(&e)) {
    joined(state->room);
  } else if (const auto* gone = std::get_if<member_left>(&e)) {
    if (gone->name == name_) return left(gone->room);
  } else if (const auto* renamed = std::get_if<member_renamed>(&e)) {
    if (renamed->from == name_) name_ = renamed->to;
  } else if (const auto* answer = std::get_if<reply>(&e)) {
    if (answer->items.size() != 1) return std::nullopt;
    if (answer->command == "leave") return left(answer->items.front());
    if (answer->command == "nick") name_ = answer->items.front();
  }
  return std::nullopt;
}

void membership::joined(const std::string& room) {
  if (std::find(rooms_.begin(), rooms_.end(), room) == rooms_.end()) rooms_.push_back(room);
}

std::string membership::left(std::string_view room) {
  // The answer to `/leave` names the room as it was typed.
  std::string name = proper_room_name(room);
  std::erase(rooms_, name);
  return name;
}

} // namespace asio_chat::client_room
