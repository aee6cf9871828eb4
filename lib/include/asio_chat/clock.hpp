// Time as a thing that is handed in, so that tests can move it.
#pragma once

#include <asio_chat/time.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace asio_chat {

using steady_time = std::chrono::steady_clock::time_point;

struct clock {
  virtual steady_time now() const = 0;    ///< for deadlines; never goes back
  virtual wall_time wall_now() const = 0; ///< for people
 protected:
  ~clock() = default;
};

/// Waits for one moment at a time. It calls back from the loop, never inside a call of its own, and
/// never after `cancel` or its destruction: so what it calls may refer to the timer's owner.
class timer {
 public:
  virtual ~timer() = default;
  /// Replaces what it waits for.
  virtual void wait_until(steady_time when, std::function<void()> then) = 0;
  virtual void cancel() = 0;
};

/// A clock by which one can wait as well: `server_hooks::time` and `client_config::time`.
class time_source : public clock {
 public:
  virtual ~time_source() = default;
  virtual std::unique_ptr<timer> make_timer() = 0;
};

} // namespace asio_chat
