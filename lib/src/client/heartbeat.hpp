// Decides when a connection is pinged, and when it is given up.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace asio_chat::client_room {

/// Two silences are watched. The server's: after `ping_time` without a byte from it comes a ping,
/// and after twice that time the connection is lost. And our own: a server closes a connection on
/// which *it* hears nothing for its idle time, however much it says there itself, so a ping comes
/// after a third of that time in which we said nothing.
///
///   heard ............ ping ............ lost       said ... ping ... ping ... (idle)
///         ping_time         ping_time                   1/3      1/3      1/3
class heartbeat {
 public:
  enum class verdict { alive, ping, lost };

  /// Of a server that does not tell its idle time: it has at least this one.
  static constexpr std::chrono::milliseconds assumed_idle_time = std::chrono::minutes(1);

  /// @param ping_time above zero
  heartbeat(std::chrono::milliseconds ping_time, steady_time now) noexcept
      : ping_time_(ping_time)
      , heard_(now)
      , said_(now) {}

  /// What the server has told. Zero: it never closes a connection for silence.
  void server_waits(std::optional<std::chrono::milliseconds> idle_time) noexcept {
    // No server can mean what would be one ping after the other.
    constexpr auto least = std::chrono::milliseconds(10);
    const auto time = idle_time.value_or(assumed_idle_time);
    quiet_time_ = time.count() > 0 ? std::max(time / 3, least) : never;
  }

  void heard(steady_time now) noexcept {
    heard_ = now;
    asked_ = false;
  }
  void said(steady_time now) noexcept { said_ = now; }

  verdict check(steady_time now) noexcept {
    if (now < next_check()) return verdict::alive;
    const bool server_is_silent = now >= next_about_server();
    if (server_is_silent && asked_) return verdict::lost;
    asked_ = asked_ || server_is_silent;
    said_ = now;
    return verdict::ping;
  }

  /// When `check` has something else to say than `alive`.
  steady_time next_check() const noexcept { return std::min(next_about_server(), next_about_us()); }

 private:
  static constexpr std::chrono::milliseconds never{0};

  steady_time next_about_server() const noexcept {
    return heard_ + (asked_ ? 2 * ping_time_ : ping_time_);
  }
  steady_time next_about_us() const noexcept {
    return quiet_time_ == never ? steady_time::max() : said_ + quiet_time_;
  }

  std::chrono::milliseconds ping_time_;
  std::chrono::milliseconds quiet_time_ = assumed_idle_time / 3;
  steady_time heard_;
  steady_time said_;
  bool asked_ = false;
};

} // namespace asio_chat::client_room
