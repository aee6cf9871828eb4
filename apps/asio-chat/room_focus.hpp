// The rooms one is in, and the one that a line goes to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Whether it is what two accounts say to each other alone: `@bob`.
bool is_direct_room(std::string_view room) noexcept;
/// `#den` or `@bob`, harmless to a terminal.
std::string title_of_room(std::string_view room);

class room_focus {
 public:
  /// One is in that room; the first one of all is home, and looked at.
  void entered(const std::string& room);
  /// One is in that room, and looks at it.
  void look_at(const std::string& room);
  /// A user who looked at it looks at the oldest of the others.
  void left(const std::string& room);
  /// A program could not join that room: what it says next was meant for it and for no other.
  void missed(std::string room) { missed_ = std::move(room); }

  bool is_in(const std::string& room) const;
  /// There was a room: before that nothing can be said anywhere.
  bool has_home() const noexcept { return !home_.empty(); }
  /// The room looked at; empty for none.
  const std::string& room() const noexcept { return room_; }
  /// Why nothing can be said now, harmless to a terminal; none if it can.
  std::optional<std::string> obstacle() const;
  std::string prompt() const;

 private:
  std::vector<std::string> rooms_; ///< in the order of joining
  std::string home_;
  std::string room_;
  std::string missed_;
};

} // namespace asio_chat::app
