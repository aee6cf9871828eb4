// How often members may ask for something.
#pragma once

#include <chrono>
#include <cstdint>

namespace asio_chat {

/// So many at once, and as many again within `per`. A count of 0: no limit.
struct rate {
  std::uint64_t count = 0;                                 ///< up to 10^12
  std::chrono::milliseconds per = std::chrono::seconds(1); ///< 1 ms to 24 h
  friend bool operator==(const rate&, const rate&) = default;
};

/// The rates of one member, over all of its connections. Beyond a rate a
/// connection is read more slowly, and everything is carried out in the end;
/// only what would have to wait for more than ten seconds is refused instead.
/// The member is told, once a minute at most.
struct rate_limits {
  enum class use : std::uint8_t {
    automatic, ///< from when the server listens on an address that is no
               ///< loopback address
    always,
    never,
  };
  use when = use::automatic;

  /// Messages, and all requests that have no rate of their own, each at what it
  /// costs: most of them as much as one message.
  rate messages{20, std::chrono::seconds(4)};
  rate bytes{256 * 1024, std::chrono::seconds(4)}; ///< of the texts of messages
  rate searches{10, std::chrono::seconds(10)};
  rate history{20, std::chrono::seconds(10)}; ///< pages of it
  /// A client that comes back joins all of its rooms at once.
  rate joins{100, std::chrono::seconds(20)};
  rate renames{5, std::chrono::seconds(60)};
  /// Accounts that are made. All members of an address together have this one,
  /// and no more of it by `times_per_address`, which may only switch it off.
  rate registrations{5, std::chrono::hours(1)};

  /// All members of one address, or of one /64 of IPv6, together may do so many
  /// times as much; 0: no limit.
  std::uint32_t times_per_address = 8;
};

} // namespace asio_chat
