// What a person chooses about the full screen.
#pragma once

#include "fullscreen/themes.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::app {

/// How one is called when one is named, or told something alone.
enum class call_by {
  nothing,
  bell,
  osc9,   ///< a notification of the desktop: iTerm2, Windows Terminal, kitty
  osc777, ///< the same: urxvt, foot, VTE
};

struct screen_settings {
  theme_choice themes = {};
  call_by call = call_by::nothing;
  std::vector<std::string> highlights = {}; ///< words that count as one's own name
  std::vector<std::string> aliases = {};    ///< `NAME LINE`
  std::vector<std::string> bindings = {};   ///< `KEY ACTION`
  std::vector<std::string> ignored = {};    ///< names of members
  std::optional<std::size_t> history = {};  ///< the number of messages from before one came
  bool keeps_entered = false;               ///< lines that were entered, for later clients
};

/// What makes a terminal call. What other people chose is in it as printable ASCII alone.
/// @param who the name of a member
/// @param where the title of a window
std::string call_sequence(call_by how, const std::string& who, const std::string& where);

} // namespace asio_chat::app
