// The phase of a connection, and what follows from time, silence and the end of input. Does no I/O.
#pragma once

#include "client/heartbeat.hpp"

#include <asio_chat/client_config.hpp>
#include <asio_chat/error.hpp>

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace asio_chat::client_room {

///     looking_up -> connecting -> securing -> logging_in -> open -> leaving -> closed
///
/// `connect_time` bounds everything up to `open`, the heartbeat everything from the welcome on.
/// Leaving takes at most five seconds.
class connection_state {
 public:
  enum class phase { looking_up, connecting, securing, logging_in, open, leaving, closed };

  /// What the connection has to do now.
  struct action {
    enum class kind { nothing, ping, shut_down, close };
    kind what = kind::nothing;
    failure why; ///< the reason of `close`; no error if the client wanted it
  };

  connection_state(std::shared_ptr<const client_config> config, steady_time now);

  phase now() const noexcept { return phase_; }
  bool is(phase p) const noexcept { return phase_ == p; }
  /// Whether frames may be sent and received.
  bool carries_frames() const noexcept {
    return phase_ >= phase::logging_in && phase_ != phase::closed;
  }
  /// For the phases up to `logging_in`.
  void enter(phase next) noexcept { phase_ = next; }
  /// The server counts the client's silence from now on.
  /// @param idle_time as the server has told it
  void welcomed(std::optional<std::chrono::milliseconds> idle_time) noexcept;
  void logged_in(steady_time now) noexcept;
  /// Waits for outstanding answers, then says bye.
  void leave(steady_time now) noexcept;
  void closed() noexcept { phase_ = phase::closed; }

  void heard(steady_time now) noexcept { heartbeat_.heard(now); }
  void said(steady_time now) noexcept { heartbeat_.said(now); }

  /// The rest of `connect_time`.
  std::chrono::milliseconds time_to_connect(steady_time now) const noexcept;
  /// When to call `check`.
  steady_time next_check() const noexcept;
  /// @param listening whether the client reads; otherwise silence says nothing about the server
  action check(steady_time now, bool listening);

  /// Call it when a read or a write has failed.
  /// @param writing whether a write is still under way
  /// @param ssl null without TLS
  action end_of_input(const error_code& e, bool writing, SSL* ssl) const;
  /// The failures of a connection whose server has sent something that cannot be read.
  failure unreadable(const failure& why) const;
  failure too_large(std::size_t announced, std::size_t cap) const;

 private:
  std::string where() const;
  failure timed_out() const;

  std::shared_ptr<const client_config> config_;
  phase phase_ = phase::looking_up;
  bool welcomed_ = false;
  steady_time give_up_at_; ///< the deadline up to `open`, and of leaving
  heartbeat heartbeat_;
};

} // namespace asio_chat::client_room
