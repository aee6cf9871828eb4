// How far each room was read, so that nothing is missed over a lost connection.
#pragma once

#include <asio_chat/event.hpp>

#include <map>
#include <optional>
#include <string>

namespace asio_chat::app {

class bookmarks {
 public:
  void seen(const std::string& room, const position& at) { read_[room] = at; }
  void forget(const std::string& room) { read_.erase(room); }

  /// Where to read on in a room that was joined again, if something was missed there. A log of
  /// another epoch is all new.
  std::optional<position> missed(const room_state& s) const {
    const auto found = read_.find(s.room);
    if (found == read_.end()) return std::nullopt;
    const position from =
        found->second.epoch == s.head.epoch ? found->second : position{s.head.epoch, 0};
    return from.offset < s.head.offset ? std::optional(from) : std::nullopt;
  }

 private:
  std::map<std::string, position> read_;
};

} // namespace asio_chat::app
