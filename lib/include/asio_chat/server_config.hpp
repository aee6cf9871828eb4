// What a server is told.
#pragma once

#include <asio_chat/limits.hpp>
#include <asio_chat/log.hpp>
#include <asio_chat/tls_config.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// Where the logs of rooms are.
struct storage_config {
  /// Must be there, and only this server may use it. Empty: in memory, gone with the server.
  std::string directory;
  /// 64 hexadecimal digits each: the first one seals what is written from now on, all of them open
  /// what is there. Losing them loses the history.
  std::vector<std::string> master_keys;
};

struct server_config {
  tls_server_config tls;                 ///< no certificate: only `connect_in_memory` works
  std::optional<std::string> passphrase; ///< shared by all who may come in; none: everybody may
  std::string default_room = "lobby";    ///< where the text protocol lives
  asio_chat::limits limits;
  std::map<std::string, std::size_t> join_history; ///< for these rooms, instead of the limit
  storage_config storage;
  int backlog = 1024;        ///< of the listening sockets
  bool log_messages = false; ///< texts in the log; off, for privacy
  /// Members of a room are told from which address each message of it comes, as it is said: see
  /// `entry::address`. Off: addresses are personal.
  bool sender_addresses = false;
  log_function log; ///< empty: no log
};

} // namespace asio_chat
