// What a reconnection restores: the name, the rooms, and how far each room was read.
#pragma once

#include <asio_chat/event.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat::client_room {

/// The name and the rooms of the client. Learns from the server's messages, never from requests.
class membership {
 public:
  membership() = default;
  /// @param room empty for none
  /// @param account whether it is logged in to one
  membership(std::string name, const std::string& room, bool account = false)
      : name_(std::move(name))
      , account_(account) {
    if (!room.empty()) rooms_.push_back(room);
  }

  void named(std::string name) { name_ = std::move(name); }
  /// Returns the room that the client has left by the event.
  std::optional<std::string> observe(const event& e);

  const std::string& name() const noexcept { return name_; }
  /// Whether it is logged in to an account.
  bool account() const noexcept { return account_; }
  /// In the order in which they were joined.
  const std::vector<std::string>& rooms() const noexcept { return rooms_; }
  void forget_rooms() noexcept { rooms_.clear(); }

 private:
  void joined(const std::string& room);
  std::string left(std::string_view room);

  std::string name_;
  bool account_ = false;
  std::vector<std::string> rooms_;
};

/// The position of the last entry received in each room, learned from the server's messages.
///
///   joined, nothing read:  head - history .... head    the requested entries begin behind it
///   an entry, or a gap:    the position moves there
///   our own entry:         the server never sends it; its acknowledgement moves the position if it
///                          is the next entry, otherwise those before it come first
class read_positions {
 public:
  /// @param history how many entries are requested in a room without a position; none: the server
  ///                decides
  /// @param earlier the positions of an earlier client
  explicit read_positions(std::optional<std::size_t> history,
                          std::map<std::string, position> earlier);

  /// Where to continue in that room; none: it was not read yet.
  std::optional<position> of(const std::string& room) const;
  std::map<std::string, position> all() const;

  /// Whether the event is new. An entry at or before the position is not.
  template <class... Told>
  bool observe(const std::variant<Told...>& what) {
    return std::visit(
        [this](const auto& told) {
          if constexpr (requires { this->on(told); }) return this->on(told);
          return true;
        },
        what);
  }
  void forget(const std::string& room) { read_.erase(room); }

 private:
  struct read_to {
    position at;
    /// Takes the newest tag of this log that was heard of, which proves the position too.
    void learn_tag(const position& from) noexcept;
    /// No requested entry has arrived yet. The first may be before the position, because the server
    /// decides how many it sends.
    bool untouched = false;
  };

  bool on(const room_state& s);
  bool on(const entry& e);
  bool on(const entries_missed& m);
  bool on(const acknowledged& a);
  bool advance(const std::string& room, const position& to);

  std::optional<std::size_t> history_;
  std::map<std::string, read_to> read_;
};

} // namespace asio_chat::client_room
