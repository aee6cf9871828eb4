// Whether to come back, and after how long. No I/O.
#pragma once

#include "base/clock.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>

#include <chrono>
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

/// Not where a person has to look first: a certificate that is not trusted, theirs or ours, a
/// passphrase that is wrong. A name that is taken is worth it: its bearer may leave.
/// @param reason the server's own, if it has said goodbye
bool worth_another_attempt(const error_code& code, const close_reason& reason) noexcept;

/// For an attempt that failed without a goodbye.
close_reason reason_of(const failure& why);

/// From one lost connection to the next.
class reconnection {
 public:
  /// @param seed of the waits' jitter
  reconnection(const client_config& config, std::uint_fast32_t seed) noexcept;

  /// A first connection is about to be made.
  /// @param repeatable whether another one can be made after it
  void begin(bool repeatable) noexcept {
    repeatable_ = repeatable;
    backoff_.reset();
  }
  /// A login is over.
  void ready(steady_time now) noexcept;
  /// When to try again after a connection that was ready was lost; none: not at all.
  std::optional<std::chrono::milliseconds> lost(const close_reason& reason, steady_time now);

  struct next_attempt {
    std::optional<std::chrono::milliseconds> after; ///< none: no more attempts
    bool is_news = true; ///< of one lost connection each reason is told once
  };
  /// After an attempt to come back has failed.
  next_attempt failed(const error_code& why, const close_reason& reason);

 private:
  std::chrono::milliseconds draw();

  bool wanted_;
  bool repeatable_ = true;
  std::chrono::milliseconds max_wait_;
  backoff backoff_;
  std::minstd_rand random_;
  steady_time ready_since_;
  std::vector<error_code> told_; ///< why attempts failed since the connection was lost
};

} // namespace asio_chat::client_room
