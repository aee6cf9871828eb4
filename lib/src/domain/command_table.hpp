// What members can ask for: one table for every protocol, `/help` and completion.
#pragma once

#include "domain/allowances.hpp"
#include "domain/endpoint.hpp"
#include "model/command_text.hpp"
#include "model/request.hpp"
#include <asio_chat/rights.hpp>

#include <asio_chat/command.hpp>
#include <asio_chat/error.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// An argument of a row: a `command_argument` that the compiler can make.
struct argument {
  std::string_view name;
  argument_kind kind = argument_kind::word;
  std::string_view key = {};
  bool optional = false;
  bool secret = false;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::string_view help = {};
};

/// What was typed for the arguments of a row. A `text` may be empty though it has to be there: the
/// function behind the row says what nothing to say is. Any other that has to be there is not.
struct given_arguments {
  positions at;
  std::optional<std::uint64_t> number = {}; ///< that of the last argument of this kind
};

struct command_row {
  std::string_view name;
  std::span<const argument> arguments = {}; ///< in their order, those with a key last
  std::string_view help;                    ///< a phrase, for the list of commands
  std::string_view details = {};            ///< sentences, for `/help NAME`
  bool needs_room = false;                  ///< is about a room that the member has to be in
  bool needs_many_rooms = false;            ///< senseless for a protocol that knows one room
  bool listed = true;                       ///< in `/help` and completion
  bool for_strangers = false;               ///< also before they have shown all that is wanted
  bool for_apps = false;                    ///< also by an app password, as far as its rights go
  right needs = right::none;
  std::uint32_t cost = 1;             ///< of carrying it out, in messages
  rated counts_for = rated::messages; ///< at its cost; for another rate it counts once
  /// Its client waits by itself: what is too much is refused and nobody is told, and half of the
  /// rate is left to what a person asks for.
  bool paces_itself = false;
  turn when = turn::after_answers; ///< seen from what the member asked before
  /// Makes the request. Changes `room` where that is an argument. Null in a row of the host.
  requests::any (*read)(const given_arguments& given, std::string& room) = nullptr;
};

class host_commands;

/// A row for each kind of request but those of the host and the unreadable, in the order of
/// `requests::any`.
std::span<const command_row> command_table() noexcept;

/// By name, in any case; null if there is none.
const command_row* find_command(std::string_view name) noexcept;

/// That of a request, which may be one of the host; null of an unreadable one.
const command_row* row_of(const request& r) noexcept;

/// The listed names, for completion; those of the host come last.
std::vector<std::string> command_names(const host_commands& own);

/// The listed rows and their arguments, for completion.
std::vector<command_info> command_syntax(const host_commands& own);

/// All that a row says of itself.
command_info describe(const command_row& row);
/// With the phrase alone, for lists.
command_info without_explanations(command_info c);

/// `there is no command /x; /help lists those there are`
failure unknown_command(std::string_view name);

/// `TEXT is missing; usage: /msg NAME TEXT`
failure missing_argument(const command_row& row, std::string_view name);

/// The request that a line is. One that cannot be carried out is `unreadable`, and says why.
/// @param name, arguments what `parse_command_line` finds in the line
/// @param room where the line was typed
/// @param many_rooms whether its protocol can tell one room from another
/// @param own the commands that the host has added; may be null
request read_command(std::string_view name, std::string_view arguments, std::string room = {},
                     std::string ref = {}, bool many_rooms = true,
                     const host_commands* own = nullptr);

/// The same of a row that is known. What is wrong is quoted, but no argument that is secret.
requests::any read_arguments(const host_row& own, std::string_view typed);
requests::any read_arguments(const command_row& row, std::string_view typed, std::string& room);

} // namespace asio_chat
