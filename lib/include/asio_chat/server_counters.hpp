// What a server counts.
#pragma once

#include <cstdint>

namespace asio_chat {

/// Counted since the server was made. No number ever falls. A server owns one of these, and each of
/// its parts counts in there: what is not in it is not counted anywhere.
struct server_counters {
  // Connections.
  std::uint64_t accepted = 0;    ///< those in memory included
  std::uint64_t turned_away = 0; ///< accepted by the kernel, closed for want of room
  // Of those turned away, by the limit of `admission_limits` that they met.
  std::uint64_t refused_penalties = 0;    ///< the address had misbehaved
  std::uint64_t refused_addresses = 0;    ///< `per_address`
  std::uint64_t refused_networks = 0;     ///< `per_network`
  std::uint64_t refused_strangers = 0;    ///< `strangers`
  std::uint64_t refused_early = 0;        ///< at random, on the way to `strangers`
  std::uint64_t refused_handshakes = 0;   ///< `handshakes`, at the first byte
  std::uint64_t refused_memory = 0;       ///< `bytes`, at the first byte
  std::uint64_t refused_proxies = 0;      ///< of `proxy_from`, without a PROXY header in time
  std::uint64_t displaced = 0;            ///< had to give way to a connection of another network
  std::uint64_t penalties = 0;            ///< times that an address has begun to be refused
  std::uint64_t failed_handshakes = 0;    ///< TLS was not agreed on, or not in time
  std::uint64_t refused_certificates = 0; ///< valid for TLS, and not for this server
  std::uint64_t broken_connections = 0;   ///< TLS broke after the handshake: an alert, a bad record
  // Ended for what they did, or did not do, after the handshake.
  std::uint64_t late_logins = 0;      ///< did not log in within `limits::login_time`
  std::uint64_t silent_ends = 0;      ///< said nothing for `limits::idle_time`
  std::uint64_t slow_readers = 0;     ///< took nothing, or too little, of what waited for them
  std::uint64_t broken_protocols = 0; ///< bytes of no protocol, or a frame that is too large
  std::uint64_t bytes_read = 0;       ///< as they are without TLS
  std::uint64_t bytes_written = 0;    ///< as they are without TLS
  // Members.
  std::uint64_t logins = 0;
  std::uint64_t refused_logins = 0;  ///< a wrong passphrase, a name that is taken or is none, ...
  std::uint64_t wrong_passwords = 0; ///< of accounts, and wrong codes behind them
  // What they ask, and what comes of it.
  std::uint64_t requests = 0;         ///< carried out or refused; those that nobody knows included
  std::uint64_t refused_requests = 0; ///< answered with an error
  std::uint64_t request_cost = 0;     ///< of all requests: a search costs more than a message
  std::uint64_t slowed_requests = 0;  ///< carried out, and their connection was held for a while
  std::uint64_t rate_refusals = 0;    ///< refused, since they would have waited too long
  std::uint64_t abuse_refusals = 0;   ///< refused by `abuse_limits`
  std::uint64_t guest_rooms_removed = 0; ///< by `abuse_limits::guest_room_age`
  std::uint64_t entries = 0;             ///< appended to the logs of rooms
  std::uint64_t deliveries = 0;          ///< events put into outboxes
};

} // namespace asio_chat
