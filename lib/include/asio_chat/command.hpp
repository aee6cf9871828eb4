// What members can type: commands and their arguments, as a server tells them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace asio_chat {

/// What an argument is: by this a client completes it.
enum class argument_kind : std::uint8_t {
  word,    ///< one word
  text,    ///< the rest of the line
  number,  ///< from `min` to `max`
  room,    ///< the name of a room
  member,  ///< the name of a member
  command, ///< the name of a command, with or without `/`
  query,   ///< words to look for
  date,    ///< `2026-11-21` or `2026-11-21T10:07`, in UTC
};

struct command_argument {
  std::string name; ///< as `/help` shows it, `NAME`
  argument_kind kind = argument_kind::word;
  std::string key = {}; ///< of `from:NAME` it is `from`: stands anywhere; empty: its place tells it
  bool optional = false; ///< may be left out
  bool secret = false;   ///< never to be shown, logged or kept
  std::uint64_t min = 0; ///< of a number
  std::uint64_t max = 0; ///< likewise
  std::string help = {}; ///< a phrase; empty where it is not told
  friend bool operator==(const command_argument&, const command_argument&) = default;
};

struct command_info {
  std::string name;                             ///< without `/`
  std::vector<command_argument> arguments = {}; ///< in their order, those with a key last
  std::string help = {};                        ///< a phrase; empty where it is not told
  std::string details = {};                     ///< more of it, in sentences; may be empty
  friend bool operator==(const command_info&, const command_info&) = default;
};

} // namespace asio_chat
