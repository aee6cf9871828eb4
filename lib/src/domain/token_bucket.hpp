// The one way in which rates are counted.
#pragma once

#include "base/clock.hpp"

#include <asio_chat/rate_limits.hpp>

#include <algorithm>
#include <chrono>

namespace asio_chat {

/// Full at first. It may be overdrawn: whoever has done so waits until nothing
/// is owed.
class token_bucket {
 public:
  using seconds = std::chrono::duration<double>;

  /// How long one would have to wait after having taken so many; zero: not at
  /// all.
  seconds wait_after(const rate& r, double tokens, steady_time now) const noexcept {
    if (r.count == 0) return seconds(0);
    const double owed = missing(r, now) + tokens - static_cast<double>(r.count);
    return owed <= 0 ? seconds(0) : owed / per_second(r) * seconds(1);
  }
  void take(const rate& r, double tokens, steady_time now) noexcept {
    if (r.count == 0) return;
    missing_ = missing(r, now) + tokens;
    since_ = now;
  }
  /// What can be taken without waiting.
  double left(const rate& r, steady_time now) const noexcept {
    return std::max(0.0, static_cast<double>(r.count) - missing(r, now));
  }
  bool is_full(const rate& r, steady_time now) const noexcept { return missing(r, now) <= 0; }

 private:
  static double per_second(const rate& r) noexcept {
    return static_cast<double>(r.count) / seconds(r.per).count();
  }
  double missing(const rate& r, steady_time now) const noexcept {
    return std::max(0.0, missing_ - seconds(now - since_).count() * per_second(r));
  }

  double missing_ = 0; ///< at `since_`, of a full one
  steady_time since_{};
};

} // namespace asio_chat
