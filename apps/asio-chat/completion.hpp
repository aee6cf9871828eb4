// The completions that the tab key offers.
#pragma once

#include <asio_chat/command.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

struct vocabulary {
  std::vector<std::string> commands; ///< without the slash
  std::vector<std::string> names;
  std::vector<std::string> rooms;
  std::vector<command_info> syntax = {}; ///< of the commands; empty: the server does not tell it
  /// What an argument of a command can be, where its kind does not say that: by `command ARGUMENT`.
  std::map<std::string, std::vector<std::string>, std::less<>> choices = {};
};

/// The words that arguments can be. Servers tell what kind an argument is, and not which words it
/// can be. A word that the server does not take is refused by it.
void add_fixed_words(vocabulary& words);

struct completion {
  std::size_t replaced = 0;         ///< bytes before the cursor that `text` stands for
  std::string text;                 ///< the part on which all choices agree
  std::vector<std::string> choices; ///< the possible completions, if there are several
  std::string suffix = {};          ///< what stands behind the one that is taken
};

/// At the beginning of a line `/` begins a command. Behind a command its arguments are completed by
/// their kind, and some kinds cannot be. Everything else is a member's name, in any capitals, with
/// a colon at the beginning of a line, or a room if it begins with `#`.
completion complete(std::string_view before_cursor, const vocabulary& words);

} // namespace asio_chat::app
