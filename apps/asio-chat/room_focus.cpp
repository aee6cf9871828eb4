#include "room_focus.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::app {

bool is_direct_room(std::string_view room) noexcept {
  return room.starts_with('@');
}

std::string title_of_room(std::string_view room) {
  return (is_direct_room(room) ? "" : "#") + sanitize_for_terminal(room);
}

void room_focus::entered(const std::string& room) {
  if (!is_in(room)) rooms_.push_back(room);
  if (home_.empty()) home_ = room_ = room;
}

void room_focus::look_at(const std::string& room) {
  entered(room);
  room_ = room;
  missed_.clear();
}

void room_focus::left(const std::string& room) {
  std::erase(rooms_, room);
  if (room_ == room) room_ = rooms_.empty() ? std::string() : rooms_.front();
}

bool room_focus::is_in(const std::string& room) const {
  return std::find(rooms_.begin(), rooms_.end(), room) != rooms_.end();
}

std::optional<std::string> room_focus::obstacle() const {
  if (rooms_.empty() && has_home()) return "you are in no room; /join ROOM first";
  if (!missed_.empty()) {
    return fmt::format("you are not in {}", sanitize_for_terminal(missed_));
  }
  return std::nullopt;
}

std::string room_focus::prompt() const {
  if (room_.empty()) return "(no room)> ";
  return room_ == home_ ? "> " : title_of_room(room_) + "> ";
}

} // namespace asio_chat::app
