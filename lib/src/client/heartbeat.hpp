// Decides when a silent connection is asked whether it lives, and when it is given up.
#pragma once

#include "base/clock.hpp"

#include <chrono>

namespace asio_chat::client_room {

/// After `ping_time` of silence a ping; after twice that time without a byte the connection is
/// lost.
///
///   heard ............ ping ............ lost
///         ping_time         ping_time
class heartbeat {
 public:
  enum class verdict { alive, ping, lost };

  heartbeat(std::chrono::milliseconds ping_time, steady_time now) noexcept
      : ping_time_(ping_time)
      , heard_(now) {}

  void heard(steady_time now) noexcept {
    heard_ = now;
    asked_ = false;
  }

  verdict check(steady_time now) noexcept {
    if (now < next_check()) return verdict::alive;
    if (asked_) return verdict::lost;
    asked_ = true;
    return verdict::ping;
  }

  /// When `check` has something else to say than `alive`.
  steady_time next_check() const noexcept { return heard_ + (asked_ ? 2 : 1) * ping_time_; }

 private:
  std::chrono::milliseconds ping_time_;
  steady_time heard_;
  bool asked_ = false;
};

} // namespace asio_chat::client_room
