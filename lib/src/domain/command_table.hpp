// What members can ask for: one table for every protocol, `/help` and completion.
#pragma once

#include "domain/member.hpp"
#include "model/command.hpp"

#include <asio_chat/error.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

class hub;

struct command_row {
  std::string_view name;
  std::string_view arguments; ///< as `/help` shows them
  std::string_view help;
  bool needs_arguments;
  bool needs_many_rooms; ///< senseless for a protocol that knows one room
  bool listed;           ///< in `/help` and completion
  turn when;             ///< seen from what the member asked before
  /// A failure is told to the member as refused.
  result<void> (*run)(hub&, member&, const command&);
};

std::span<const command_row> command_table() noexcept;

/// By name, in any case; null if there is none.
const command_row* find_command(std::string_view name) noexcept;

/// The listed names, for completion.
std::vector<std::string> command_names();

} // namespace asio_chat
