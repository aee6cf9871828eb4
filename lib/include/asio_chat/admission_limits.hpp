// Which connections a server takes on before they have logged in.
#pragma once

#include <chrono>
#include <cstddef>

namespace asio_chat {

/// Limits for connections that have not logged in yet: strangers. What has logged in counts for
/// none of them. A connection that is refused is closed before any work is done for it, and the
/// client may try again. Zero switches a limit off.
///
/// Connections in memory have none of these limits, and those of loopback addresses only if
/// `loopback` says so.
struct admission_limits {
  /// Strangers at the same time. From half of it on some are refused at random, at first few, and
  /// all when it is reached: as MaxStartups of OpenSSH. A network without any stranger is spared
  /// that, and at the limit gets the place of the oldest one of the network that has the most; if
  /// none has more than one, of the one that has said nothing for longest, or else of any.
  std::size_t strangers = 512;
  /// TLS handshakes at the same time, counted from the first byte on. Beyond it the oldest one of
  /// the network that has the most gives way, unless the new one is of that network.
  std::size_t handshakes = 256;
  std::size_t per_address = 8;  ///< strangers of one IPv4 address, or of one /64 of IPv6
  std::size_t per_network = 32; ///< strangers of one /24 of IPv4, or of one /56 of IPv6
  /// The bytes that all strangers together may take, at 64 KiB each from their first byte on;
  /// at least 1 MiB. Met like `handshakes`.
  std::size_t bytes = std::size_t{24} << 20;
  /// The longest time for which an address that misbehaves is refused; 15 s to 24 h. It is refused
  /// for 15 s at first, and each time for twice as long.
  std::chrono::milliseconds longest_penalty = std::chrono::minutes(10);
  bool loopback = false; ///< whether they hold for loopback addresses as well
};

} // namespace asio_chat
