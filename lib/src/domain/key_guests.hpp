// Who was let into private rooms by their keys, and is not invited into them.
#pragma once

#include "base/clock.hpp"
#include "model/identity.hpp"

#include <asio_chat/time.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

/// In memory alone: as long as somebody is in the room, or has lost the connection and is awaited.
/// Guests come and go, and each of them would be a fact of the room for ever.
class key_guests {
 public:
  /// Of those who have gone without leaving; the one who has gone longest ago is forgotten first.
  static constexpr std::size_t max_awaited = 10'000;

  /// @param awaited_for how long those are who may come back
  key_guests(const clock& time, std::chrono::milliseconds awaited_for)
      : time_(time)
      , awaited_for_(awaited_for) {}

  void admit(const identity& who, const std::string& room) { known_[who].rooms.insert(room); }
  bool has(const identity& who, std::string_view room) const;
  /// They are out of the room, and not because a connection was lost.
  void end(const identity& who, std::string_view room);

  void came(const identity& who);
  void gone(const identity& who, bool may_come_back);

  std::size_t size() const noexcept { return known_.size(); }

 private:
  struct record {
    std::set<std::string, std::less<>> rooms{};
    std::optional<steady_time> until{}; ///< none: they are here
  };

  const clock& time_;
  std::chrono::milliseconds awaited_for_;
  std::map<identity, record> known_;
  std::deque<std::pair<steady_time, identity>> awaited_; ///< some have come back since
};

} // namespace asio_chat
