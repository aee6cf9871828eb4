// Environment variables.
#pragma once

#include "ops/settings.hpp"

#include <map>
#include <optional>
#include <string>

namespace asio_chat::ops {

using environment_map = std::map<std::string, std::string>;

struct environment_settings {
  std::string config_file;                   ///< ASIO_CHATD_CONFIG; empty: not given
  std::optional<std::string> passphrase;     ///< CHAT_SECRET
  std::optional<std::string> key_passphrase; ///< CHAT_KEY_PASSPHRASE
  std::string backup_passphrase;             ///< CHAT_BACKUP_PASSPHRASE; empty: not given
  std::string account_password;              ///< CHAT_ACCOUNT_PASSWORD; empty: not given
  std::optional<std::string> master_key;     ///< CHAT_MASTER_KEY
  std::string credentials_directory;         ///< of systemd; empty: none
  given_values given;
};

/// ASIO_CHATD_... as in the table; a variable of that beginning which no setting has is refused.
result<environment_settings> read_environment(const environment_map& variables);

/// The default of `data`, and what it comes from; no values if there is nothing to derive it from.
given_value default_data_directory(const environment_map& variables);

} // namespace asio_chat::ops
