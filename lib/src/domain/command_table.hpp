// What members can ask for: one table for every protocol, `/help` and completion.
#pragma once

#include "domain/endpoint.hpp"
#include "model/request.hpp"

#include <asio_chat/error.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

struct command_row {
  std::string_view name;
  std::string_view syntax; ///< of its arguments, as `/help` shows them
  std::string_view help;
  bool needs_arguments;
  bool needs_room;       ///< is about a room that the member has to be in
  bool needs_many_rooms; ///< senseless for a protocol that knows one room
  bool listed;           ///< in `/help` and completion
  turn when;             ///< seen from what the member asked before
  /// Makes the request of what is typed behind the name, trimmed. Changes `room` where that is an
  /// argument.
  requests::any (*read)(std::string_view arguments, std::string& room);
};

/// A row for each kind of request but the unreadable, in the order of `requests::any`.
std::span<const command_row> command_table() noexcept;

/// By name, in any case; null if there is none.
const command_row* find_command(std::string_view name) noexcept;

/// That of a request; null of an unreadable one.
const command_row* row_of(const request& r) noexcept;

/// The listed names, for completion.
std::vector<std::string> command_names();

/// The request that a line is. One that cannot be carried out is `unreadable`, and says why.
/// @param name, arguments what `wire::parse_command_line` finds in the line
/// @param room where the line was typed
/// @param many_rooms whether its protocol can tell one room from another
request read_command(std::string_view name, std::string_view arguments, std::string room = {},
                     std::string ref = {}, bool many_rooms = true);

} // namespace asio_chat
