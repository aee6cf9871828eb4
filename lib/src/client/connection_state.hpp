// Where a connection stands, and what follows from time, silence and the end of its input. No I/O.
#pragma once

#include "client/heartbeat.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/error.hpp>

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace asio_chat::client_room {

///     looking_up -> connecting -> securing -> logging_in -> open -> leaving -> closed
///
/// `connect_time` bounds everything up to `open`, silence everything from the welcome on, and five
/// seconds the leaving.
class connection_state {
 public:
  enum class phase { looking_up, connecting, securing, logging_in, open, leaving, closed };

  /// What is to be done now.
  struct action {
    enum class kind { nothing, ping, shut_down, close };
    kind what = kind::nothing;
    failure why; ///< of `close`; without an error it was wanted
  };

  connection_state(std::shared_ptr<const client_config> config, steady_time now);

  phase now() const noexcept { return phase_; }
  bool is(phase p) const noexcept { return phase_ == p; }
  /// Frames may be exchanged.
  bool carries_frames() const noexcept {
    return phase_ >= phase::logging_in && phase_ != phase::closed;
  }
  /// Up to `logging_in`.
  void enter(phase next) noexcept { phase_ = next; }
  /// The server has welcomed us, and counts our silence from now on.
  /// @param idle_time as it was told
  void welcomed(std::optional<std::chrono::milliseconds> idle_time) noexcept;
  void logged_in(steady_time now) noexcept;
  /// What was asked is still answered, then we say bye.
  void leave(steady_time now) noexcept;
  void closed() noexcept { phase_ = phase::closed; }

  void heard(steady_time now) noexcept { heartbeat_.heard(now); }
  void said(steady_time now) noexcept { heartbeat_.said(now); }

  /// What is left of `connect_time`.
  std::chrono::milliseconds time_to_connect(steady_time now) const noexcept;
  /// When `check` may have something to do.
  steady_time next_check() const noexcept;
  /// @param listening whether anything is read: if not, silence says nothing about the server
  action check(steady_time now, bool listening);

  /// Nothing more can be read, or written.
  /// @param writing whether a write is still under way
  /// @param ssl null without TLS
  action end_of_input(const error_code& e, bool writing, SSL* ssl) const;
  /// The server sent what nobody can read.
  failure unreadable(const failure& why) const;
  failure too_large(std::size_t announced, std::size_t cap) const;

 private:
  std::string where() const;
  failure timed_out() const;

  std::shared_ptr<const client_config> config_;
  phase phase_ = phase::looking_up;
  bool welcomed_ = false;
  steady_time give_up_at_; ///< of everything up to `open`, and of leaving
  heartbeat heartbeat_;
};

} // namespace asio_chat::client_room
