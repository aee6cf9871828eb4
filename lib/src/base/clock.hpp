// The clock of the system, and what can be known of any.
#pragma once

#include <asio_chat/clock.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace asio_chat {

/// Notices that the time of day was set, or that the machine slept.
class clock_watch {
 public:
  /// Drifting and slewing stay below it, however rarely one looks.
  static constexpr std::chrono::seconds tolerance{10};

  explicit clock_watch(const clock& time)
      : time_(time)
      , offset_(offset()) {}

  /// By how much it has jumped since the last look: ahead, or back if negative.
  std::optional<std::chrono::milliseconds> look() {
    const auto before = std::exchange(offset_, offset());
    const auto jump = std::chrono::duration_cast<std::chrono::milliseconds>(offset_ - before);
    return std::chrono::abs(jump) < tolerance ? std::nullopt : std::optional(jump);
  }

 private:
  std::chrono::nanoseconds offset() const {
    return time_.wall_now().time_since_epoch() - time_.now().time_since_epoch();
  }

  const clock& time_;
  std::chrono::nanoseconds offset_;
};

/// What the system's clock says. Certificates have times up to `no_end`, with which nothing finer
/// can be compared: in nanoseconds they are beyond what 64 bits hold.
inline wall_time system_wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// The time of what has no end: 99991231235959Z, RFC 5280 section 4.1.2.5.
inline constexpr std::chrono::sys_seconds no_end =
    std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + std::chrono::hours(24) -
    std::chrono::seconds(1);

struct system_clock final : clock {
  steady_time now() const override { return std::chrono::steady_clock::now(); }
  wall_time wall_now() const override { return system_wall_now(); }
};

} // namespace asio_chat
