// Our identity and our rooms: what has to be the same again after a reconnection.
#pragma once

#include <asio_chat/event.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::client_room {

/// Learns from what the server says, never from what was asked for.
class membership {
 public:
  membership() = default;
  /// @param room empty for none
  membership(std::string name, const std::string& room)
      : name_(std::move(name)) {
    if (!room.empty()) rooms_.push_back(room);
  }

  void named(std::string name) { name_ = std::move(name); }
  /// The room that one is no longer in.
  std::optional<std::string> observe(const event& e);

  const std::string& name() const noexcept { return name_; }
  /// In the order in which they were joined.
  const std::vector<std::string>& rooms() const noexcept { return rooms_; }
  void forget_rooms() noexcept { rooms_.clear(); }

 private:
  void joined(const std::string& room);
  std::string left(std::string_view room);

  std::string name_;
  std::vector<std::string> rooms_;
};

} // namespace asio_chat::client_room
