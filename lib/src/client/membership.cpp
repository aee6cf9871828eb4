#include "client/membership.hpp"

#include "model/names.hpp"

#include <algorithm>

namespace asio_chat::client_room {

void membership::observe(const event& e) {
  if (const auto* state = std::get_if<room_state>(&e)) {
    joined(state->room);
  } else if (const auto* gone = std::get_if<member_left>(&e)) {
    if (gone->name == name_) left(gone->room);
  } else if (const auto* renamed = std::get_if<member_renamed>(&e)) {
    if (renamed->from == name_) name_ = renamed->to;
  } else if (const auto* answer = std::get_if<reply>(&e)) {
    if (answer->items.size() != 1) return;
    if (answer->command == "leave") left(answer->items.front());
    if (answer->command == "nick") name_ = answer->items.front();
  }
}

void membership::joined(const std::string& room) {
  if (std::find(rooms_.begin(), rooms_.end(), room) == rooms_.end()) rooms_.push_back(room);
}

void membership::left(std::string_view room) {
  // The answer to `/leave` names the room as it was typed.
  const auto proper = check_room_name(room, limits());
  const std::string_view name = proper ? std::string_view(*proper) : room;
  std::erase_if(rooms_, [name](const std::string& r) { return r == name; });
}

} // namespace asio_chat::client_room
