// What has to be the same again after a reconnection: our name, our rooms, and how far each was
// read.
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

/// Our name and our rooms. Learns from what the server says, never from what was asked for.
class membership {
 public:
  membership() = default;
  /// @param room empty for none
  membership(std::string name, const std::string& room)
      : name_(std::move(name)) {
    if (!room.empty()) rooms_.push_back(room);
  }

  void named(std::string name) { name_ = std::move(name); }
  /// The room that we are no longer in.
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

/// The position of the last entry that we have of each of our rooms, learned from what the server
/// says.
///
///   joined, nothing read:  head - history .... head    what was asked for begins behind it
///   an entry, or a gap:    the position goes there
///   our own entry:         is never told, its acknowledgement stands for it: the position goes
///                          there if it is the next, else what is told between them comes first
class read_positions {
 public:
  /// @param history entries that are asked for in a room without a position; none: the server
  ///                decides
  /// @param earlier those of an earlier client
  explicit read_positions(std::optional<std::size_t> history,
                          std::map<std::string, position> earlier);

  /// Where to read on in that room; none: it was not read yet.
  std::optional<position> of(const std::string& room) const;
  std::map<std::string, position> all() const;

  /// Whether what is told is news. An entry at or before the position is not: we had it already.
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
    /// Nothing came yet of what was asked for behind the position; it may begin before it, since
    /// the server decides how much it gives.
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
