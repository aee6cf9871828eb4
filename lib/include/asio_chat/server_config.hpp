// What a server is told.
#pragma once

#include <asio_chat/limits.hpp>
#include <asio_chat/log.hpp>
#include <asio_chat/tls_config.hpp>

#include <optional>
#include <string>

namespace asio_chat {

struct server_config {
  tls_server_config tls;                 ///< no certificate: only `connect_in_memory` works
  std::optional<std::string> passphrase; ///< shared by all who may come in; none: everybody may
  std::string default_room = "lobby";    ///< where the text protocol lives
  asio_chat::limits limits;
  int backlog = 1024;        ///< of the listening sockets
  bool log_messages = false; ///< texts in the log; off, for privacy
  log_function log;          ///< empty: no log
};

} // namespace asio_chat
