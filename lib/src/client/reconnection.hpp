// Decides whether and when to reconnect. Does no I/O.
#pragma once

#include "base/clock.hpp"

#include <asio_chat/client_config.hpp>
#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <vector>

namespace asio_chat::client_room {

/// Doubles with every attempt up to a bound. Each wait is drawn from the upper half of the step,
/// so that the clients of a server that was restarted do not all come back in the same moment.
class backoff {
 public:
  using duration = std::chrono::milliseconds;

  backoff(duration first, duration max) noexcept;

  /// @param random from 0 up to, not including, 1
  duration next(double random) noexcept;
  void reset() noexcept { step_ = first_; }

 private:
  duration first_;
  duration max_;
  duration step_;
};

/// The server's own advice, except that a client stays away after its own `/quit`.
bool comes_back(const close_reason& reason) noexcept;

/// False where a person has to act first: a certificate that is not trusted (the server's or the
/// client's), a wrong passphrase. True for a name that is taken, because its bearer may leave.
/// @param reason the server's own, if it has said goodbye
bool worth_another_attempt(const error_code& code, const close_reason& reason) noexcept;

/// The close reason to report for an attempt that failed without a goodbye.
close_reason reason_of(const failure& why);

/// Keeps the state from one lost connection to the next.
class reconnection {
 public:
  /// @param seed of the waits' jitter, where `config.random` is empty
  reconnection(const client_config& config, std::uint_fast32_t seed);

  /// Call it before the first attempt to connect.
  /// @param repeatable whether another connection can follow
  void begin(bool repeatable) noexcept {
    repeatable_ = repeatable;
    backoff_.reset();
  }
  /// Whether another connection can follow one that is lost.
  bool is_wanted() const noexcept { return wanted_ && repeatable_; }
  /// Call it when a login has succeeded.
  void ready(steady_time now) noexcept;
  /// The time until the next attempt, after a connection was lost; none: do not reconnect.
  std::optional<std::chrono::milliseconds> lost(const close_reason& reason, steady_time now);

  struct next_attempt {
    std::optional<std::chrono::milliseconds> after; ///< none: no more attempts
    bool is_news = true; ///< each reason is reported once after a lost connection
  };
  /// Call it when an attempt to reconnect has failed.
  next_attempt failed(const error_code& why, const close_reason& reason);

 private:
  std::chrono::milliseconds draw();

  bool wanted_;
  bool repeatable_ = true;
  std::chrono::milliseconds max_wait_;
  backoff backoff_;
  const std::function<double()> given_random_;
  std::minstd_rand random_;
  steady_time ready_since_;
  std::vector<error_code> told_; ///< why attempts failed since the connection was lost
};

} // namespace asio_chat::client_room
