// What members may not do to others, however slowly they do it.
#pragma once

#include <asio_chat/rate_limits.hpp>

#include <chrono>
#include <cstddef>

namespace asio_chat {

/// Settings against abuse. What goes beyond one is refused, with the time after which it may be
/// tried again; nothing is dropped without a word. Operators, of the server or of the room, have
/// none of them. Zero switches one off.
struct abuse_limits {
  /// As with `rate_limits::when`.
  rate_limits::use when = rate_limits::use::automatic;

  rate repeats{5, std::chrono::minutes(1)}; ///< of one text by one member, whatever the rooms
  std::size_t mentions = 10;                ///< members of the room that one message names
  /// Members whom one member writes to directly. Whoever was written to lately is free.
  rate receivers{10, std::chrono::minutes(1)};
  /// A guest is a newcomer for so long; 1 s to 24 h.
  std::chrono::milliseconds newcomer_time = std::chrono::minutes(5);
  rate newcomer_messages{20, std::chrono::minutes(1)}; ///< of a newcomer, and direct ones
  /// Names that are taken by the members of one address: by `/nick`, or by coming in as somebody
  /// new.
  rate names{60, std::chrono::minutes(10)};
  /// Rooms in which something was said that guests have opened, and that nobody has a role in. Who
  /// the host knows by `login::user` is no guest. Where the journal drops no logs there is no
  /// limit.
  std::size_t guest_rooms = 1'000;
  /// Such a room is removed if nothing was said in it for so long, and nobody is in it; 1 h to 100
  /// years. Never before `limits::id_time` has passed.
  std::chrono::milliseconds guest_room_age = std::chrono::hours(24 * 90);
};

} // namespace asio_chat
