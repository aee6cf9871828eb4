// The completions that the tab key offers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

struct vocabulary {
  std::vector<std::string> commands; ///< without the slash
  std::vector<std::string> names;
  std::vector<std::string> rooms;
};

struct completion {
  std::size_t replaced = 0;         ///< bytes before the cursor that `text` stands for
  std::string text;                 ///< the part on which all choices agree
  std::vector<std::string> choices; ///< the possible completions, if there are several
};

/// At the beginning of a line `/` begins a command, and after `/join` and `/leave` comes a room.
/// Everything else is a member's name, in any capitals, with a colon at the beginning of a line.
completion complete(std::string_view before_cursor, const vocabulary& words);

} // namespace asio_chat::app
