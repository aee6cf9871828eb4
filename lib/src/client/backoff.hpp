// How long to wait before the next attempt to connect.
#pragma once

#include <chrono>

namespace asio_chat::client_room {

/// Doubles with every attempt up to a bound. Each wait is drawn from the upper half of the step,
/// so that the clients of a server that was restarted do not all come back in the same moment.
class backoff {
 public:
  using duration = std::chrono::milliseconds;

  backoff(duration first, duration most) noexcept;

  /// @param random from 0 up to, not including, 1
  duration next(double random) noexcept;
  void reset() noexcept { step_ = first_; }

 private:
  duration first_;
  duration most_;
  duration step_;
};

} // namespace asio_chat::client_room
