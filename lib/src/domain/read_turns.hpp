// The pages and searches of one member, one after the other.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace asio_chat {

/// The journal answers in the order in which it is asked. So it is asked for one thing at a time
/// for each member: whoever asks for much waits for their own, and whoever asks once waits for one
/// of each other member at most.
class read_turns {
 public:
  /// @param begin asks the journal; its answer calls `ended`, once
  void add(std::function<void()> begin) {
    waiting_.push_back(std::move(begin));
    if (!std::exchange(under_way_, true)) begin_next();
  }
  void ended() {
    under_way_ = !waiting_.empty();
    if (under_way_) begin_next();
  }

 private:
  void begin_next() {
    const auto next = std::move(waiting_.front());
    waiting_.erase(waiting_.begin()); // they are few: see `endpoint::max_answers`
    next();                           // is answered later, never from inside the call
  }

  std::vector<std::function<void()>> waiting_;
  bool under_way_ = false;
};

} // namespace asio_chat
