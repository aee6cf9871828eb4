// The one table of settings. Flags, keys of the config file, environment variables, --help,
// --print-config and the manual's table all come from it.
#pragma once

#include "ops/settings.hpp"

#include <span>
#include <string>
#include <string_view>

namespace asio_chat::ops {

struct setting {
  std::string_view name;    ///< the flag without its dashes, and the key in a config file
  std::string_view section; ///< of the help
  std::string_view value;   ///< what to give, e.g. `HOST:PORT`
  std::string_view
      default_value; ///< the default; empty for none, or for one that the help explains
  std::string_view help;
  bool repeatable;
  result<void> (*apply)(settings&, std::string_view value); ///< once for each value

  bool is_switch() const noexcept { return value == "on|off"; }
};

std::span<const setting> setting_table() noexcept;

/// Null for a name that no setting has.
const setting* find_setting(std::string_view name) noexcept;

/// `idle-timeout` -> `ASIO_CHATD_IDLE_TIMEOUT`.
std::string environment_name(std::string_view setting_name);

} // namespace asio_chat::ops
