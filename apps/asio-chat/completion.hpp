// What the tab key offers.
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
  std::string text;                 ///< as far as it is certain
  std::vector<std::string> choices; ///< more than one: what it may become
};

/// At the beginning of a line `/` begins a command; after `/join` and `/leave` comes a room;
/// anything else is a member's name, in any case, with a colon where the line begins with it.
completion complete(std::string_view before_cursor, const vocabulary& words);

} // namespace asio_chat::app
