// Hands what is committed to the listeners of a log: the one place where all journals do that.
#pragma once

#include <asio_chat/journal.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace asio_chat {

/// A journal calls it on the thread of its user, and only while it answers. Answers come in the
/// order of the calls, so a listener gets what was committed after its `follow`, and nothing twice.
/// Any answer and any listener may destroy the journal: the caller keeps the feed alive meanwhile.
class log_feed {
 public:
  void follow(const std::string& room, std::shared_ptr<journal::listener> to);
  void unfollow(const std::string& room, const std::shared_ptr<journal::listener>& to);

  /// Answers an append of a new entry, and hands it over.
  /// @param tag of the log up to there, for the answer: the entry need not have it; 0: none
  void committed(journal::record&& next, const journal::append_done& done, std::uint64_t tag = 0);

  /// The journal is destroyed: nothing is answered or handed over any more.
  void end() noexcept { ended_ = true; }
  bool ended() const noexcept { return ended_; }

 private:
  using listeners = std::vector<std::shared_ptr<journal::listener>>;
  using rooms = std::unordered_map<std::string, listeners>;

  void hand_over(journal::record&& next);

  rooms followed_;
  rooms::value_type* last_ = nullptr; ///< the room of the entry before
  bool ended_ = false;
};

} // namespace asio_chat
