// What a member asks of the hub, whatever protocol it came by.
#pragma once

#include <string_view>

namespace asio_chat {

/// Views into what arrived: valid during the call that carries the command.
struct command {
  std::string_view name;      ///< a row of the command table: `say`, `who`
  std::string_view arguments; ///< the rest of the line, trimmed
  std::string_view room;      ///< what it is about; empty: the default room
  std::string_view ref;       ///< given back with the answer
  std::string_view id;        ///< the sender's id of a message, the same again on a repetition
};

} // namespace asio_chat
