// What a person chooses about the full screen.
#pragma once

#include "fullscreen/cells.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

enum class theme {
  dark,  ///< for a dark ground
  light, ///< for a light one
  mono,  ///< without colours
};

/// How one is called when one is named, or told something alone.
enum class call_by {
  nothing,
  bell,
  osc9,   ///< a notification of the desktop: iTerm2, Windows Terminal, kitty
  osc777, ///< the same: urxvt, foot, VTE
};

/// How a part of the screen looks. -1: the terminal's own colour.
struct appearance {
  short ink = -1;
  short paper = -1;
  bool bold = false;
  bool dim = false;
  bool underlined = false;
  bool reversed = false;
};
/// A person's own theme: what it does not name is as in the theme that is chosen.
using appearances = std::map<role, appearance>;

/// @param text `ROLE [INK] [on PAPER] [bold] [dim] [underline] [reverse]`, where a colour is a
/// number from 0 to 255, or a name such as `red`
/// @return what is wrong with it; empty: nothing
std::string add_appearance(appearances& to, std::string_view text);

struct screen_settings {
  theme colours = theme::dark;
  appearances looks = {};
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
