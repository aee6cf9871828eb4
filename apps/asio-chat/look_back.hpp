// Tells earlier messages of a room from live ones.
#pragma once

#include <asio_chat/event.hpp>

#include <map>
#include <string>

namespace asio_chat::app {

/// Entries up to the position that the room had when the user joined it are earlier ones.
///
///   entered ... the first earlier entry (begins) ... the last one (ends after it)
///                                                    or a later one (ended before it)
class look_back {
 public:
  struct verdict {
    bool earlier = false;
    bool begins = false;       ///< with this entry
    bool ended_before = false; ///< this entry
    bool ends_after = false;   ///< this entry
  };

  /// After a reconnection the room does not begin again: missed messages continue where the user
  /// was.
  void entered(const room_state& s);
  void left(const std::string& room) { rooms_.erase(room); }
  /// A user who has said something knows where live messages begin.
  void spoke(const std::string& room);
  verdict look_at(const entry& e);
  bool is_earlier(const entry& e) const;

 private:
  enum class stage { before, within, after };
  struct view {
    position head;
    stage where;
  };
  std::map<std::string, view> rooms_;
};

} // namespace asio_chat::app
