// Why a connection ended: a number, a phrase, and whether to come back.
#pragma once

#include <cstdint>
#include <string>

namespace asio_chat {

/// Numbers below 2000: come back, after a pause. From 2000: do not, it would end the same way.
enum class close_code : std::uint16_t {
  quit = 1000,            ///< the member asked for it
  server_stopping = 1001, ///< the server is being stopped or restarted
  idle = 1002,            ///< nothing was heard for the idle time
  slow_reader = 1003,     ///< nothing was read for `limits::stall_time`, or too much waits
  connection_lost = 1004, ///< the peer vanished, or reading or writing failed
  log_unreadable = 1005,  ///< the room's log could not be read for this member
  login_timeout = 2000,   ///< no login within its time
  handshake_timeout = 2001,
  handshake_failed = 2002,
  protocol_error = 2003, ///< what arrived was not of the protocol
  frame_too_large = 2004,
  wrong_passphrase = 2005,
  not_trusted = 2006, ///< the client's certificate is no longer accepted
  replaced = 2007,    ///< the same member came in over another connection
};

struct close_reason {
  close_code code = close_code::connection_lost;
  std::string phrase; ///< a sentence for a person

  /// Whether a client does well to come back by itself. `quit` says yes to the program that asks,
  /// but a program that quit does not ask.
  bool reconnect() const noexcept { return static_cast<std::uint16_t>(code) < 2000; }

  friend bool operator==(const close_reason&, const close_reason&) = default;
};

} // namespace asio_chat
