// What a host sees of its server: numbers, connections, rooms.
#pragma once

#include <asio_chat/server_counters.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace asio_chat {

/// What a server has counted since it was made, and what it has now.
struct server_stats : server_counters {
  std::uint64_t sessions = 0; ///< connections that are open now
  std::uint64_t asleep = 0;   ///< those of them that are quiet and have given memory back
  std::uint64_t members = 0;  ///< members that are logged in now
  /// When the server's certificate expires; no value without a certificate.
  std::optional<std::chrono::sys_seconds> certificate_ends = {};
  std::uint64_t strangers = 0;           ///< those that `admission_limits` counts
  std::uint64_t handshakes = 0;          ///< those of them whose TLS handshake is under way
  std::uint64_t penalised_addresses = 0; ///< have misbehaved, and are refused for a while
  /// The line that names the history as it is now, for `asio-chatd verify --since`; empty without
  /// `server_config::storage`.
  std::string history_head = {};
};

/// A connection of a server.
struct session_info {
  std::uint64_t number = 0; ///< never used again for another one
  std::string address;      ///< such as `192.0.2.7:40000`; `memory` for one in memory
  std::string name;         ///< of its member; empty: not logged in yet
  std::string user;         ///< `login_accepted::user`; empty: a guest
};

/// A room that has members.
struct room_info {
  std::string name;
  std::string topic; ///< empty: none
  std::size_t members = 0;
};

} // namespace asio_chat
