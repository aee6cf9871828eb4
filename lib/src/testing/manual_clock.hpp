// A clock that tests move.
#pragma once

#include "base/clock.hpp"

namespace asio_chat::testing {

class manual_clock final : public clock {
 public:
  steady_time now() const override { return now_; }
  wall_time wall_now() const override { return wall_; }

  void advance(std::chrono::milliseconds by) {
    now_ += by;
    wall_ += by;
  }
  /// Moves only the time of day, in either direction.
  void set_wall(wall_time t) { wall_ = t; }

 private:
  steady_time now_{std::chrono::hours(1)};
  wall_time wall_{std::chrono::hours(24 * 365 * 50)};
};

} // namespace asio_chat::testing
