// Flags.
#pragma once

#include "ops/settings.hpp"

#include <span>
#include <string>

namespace asio_chat::ops {

struct command_line {
  ops::action action = ops::action::run;
  bool json = false; ///< of `print_tls`
  bool begin_anew = false;
  std::string help; ///< of `print_help`
  history_request history;
  std::string config_file; ///< empty: not given
  given_values given;
};

result<command_line> read_command_line(std::span<const std::string> arguments);

/// What `--help` prints.
std::string help_text();

/// What `--version` prints.
std::string version_text();

} // namespace asio_chat::ops
