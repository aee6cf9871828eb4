// The command line of the program.
#pragma once

#include "fullscreen/settings.hpp"
#include "target.hpp"
#include "text_display.hpp"
#include "typed_line.hpp"

#include <asio_chat/client.hpp>

#include <optional>
#include <string>
#include <variant>

namespace asio_chat::app {

struct options {
  target server;
  client_config client;                        ///< complete except for the name and the known host
  std::optional<std::string> account_password; ///< that was given beforehand
  std::optional<std::string> account_code;     ///< of its second factor, likewise
  bool json = false;
  input_form input = input_form::typed;
  bool line_mode = false; ///< the full screen is not wanted
  screen_settings full_screen;
  bool verbose = false;
  time_format time = time_format::off;
  bool show_address = false;
};

/// Returns the options, or the exit code of a run that has ended (`--help`, a wrong option).
/// @throws asio_chat::error for a value that cannot be used
std::variant<options, int> read_options(int argc, char** argv);

} // namespace asio_chat::app
