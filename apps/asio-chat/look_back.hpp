// What was said before one came, told from what is said now.
#pragma once

#include <asio_chat/event.hpp>

#include <map>
#include <string>

namespace asio_chat::app {

/// Up to the position that the room had when one entered it, its entries are earlier ones.
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

  /// A room that one was in and comes back to is no beginning: what was missed goes on where one
  /// was.
  void entered(const room_state& s);
  void left(const std::string& room) { rooms_.erase(room); }
  /// A user who has said something knows where now begins.
  void spoke(const std::string& room);
  verdict look_at(const entry& e);

 private:
  enum class stage { before, within, after };
  struct view {
    position head;
    stage where;
  };
  std::map<std::string, view> rooms_;
};

} // namespace asio_chat::app
