// Why a connection ended: a number, a phrase, and whether to come back.
#pragma once

#include <cstdint>
#include <string>

namespace asio_chat {

/// The numbers of the native protocol's `goodbye` (docs/protocol.md). After a number below 2000 a
/// client should reconnect, after a pause; after one from 2000 on it should not, because the
/// connection would end in the same way.
enum class close_code : std::uint16_t {
  quit = 1000,              ///< the member asked for it
  server_stopping = 1001,   ///< the server is being stopped or restarted
  idle = 1002,              ///< the client sent nothing for `limits::idle_time`
  slow_reader = 1003,       ///< the client read nothing for `limits::stall_time`, or too much waits
  connection_lost = 1004,   ///< the peer vanished, or reading or writing failed
  log_unreadable = 1005,    ///< the server could not read the room's log for this member
  login_timeout = 2000,     ///< no login came within `limits::login_time`
  handshake_timeout = 2001, ///< the TLS handshake took longer than `limits::handshake_time`
  handshake_failed = 2002,  ///< the TLS handshake failed
  protocol_error = 2003,    ///< bytes arrived that are not of the protocol
  frame_too_large = 2004,   ///< a frame was announced that is longer than the protocol allows
  wrong_passphrase = 2005,  ///< the passphrase was wrong or missing
  not_trusted = 2006,       ///< the client's certificate is no longer accepted
  replaced = 2007,          ///< the same member came in over another connection
  removed = 2008, ///< the program that the server is part of does not want the member here
};

/// Why a connection ended.
struct close_reason {
  close_code code = close_code::connection_lost;
  std::string phrase; ///< a sentence for a person

  /// Whether a client should reconnect by itself. That includes `quit`: a program that quit on its
  /// own decision has no reason to ask.
  bool reconnect() const noexcept { return static_cast<std::uint16_t>(code) < 2000; }

  friend bool operator==(const close_reason&, const close_reason&) = default;
};

} // namespace asio_chat
