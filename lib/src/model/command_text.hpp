// Commands as text: how they are used, and where the arguments of a typed line are.
#pragma once

#include <asio_chat/command.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat {

/// As the native protocol writes it, `room`.
std::string_view name_of(argument_kind k) noexcept;
std::optional<argument_kind> find_argument_kind(std::string_view name) noexcept;

/// `NAME [from:NAME]`: those that may be left out stand in brackets.
std::string syntax_of(std::span<const command_argument> arguments);
/// `/who [NAME]`
std::string usage_of(const command_info& c);

/// The arguments of a line that their place tells: a word each, and the last one is all the rest.
inline constexpr std::size_t max_positions = 4;
using positions = std::array<std::string_view, max_positions>;
/// Which of them are secrets: those with blanks stand in quotes.
using quotable = std::array<bool, max_positions>;
/// @param count how many the command has, at most `max_positions`
/// @returns views into `line`, trimmed, with their quotes; empty: not there
positions split_arguments(std::string_view line, std::size_t count,
                          quotable may_be_quoted = {}) noexcept;

/// @name Secrets of several words
/// `"correct horse"`: quotes end where a blank or the line's end is behind them, so that others may
/// stand within.
/// @{
/// With both quotes; 0: no such text is at the beginning.
std::size_t quoted_length(std::string_view text) noexcept;
/// Whether `quoted` can write it.
bool can_be_quoted(std::string_view secret) noexcept;
/// As it has to stand in a line.
std::string quoted(std::string_view secret);
/// Nothing if it has blanks outside of quotes, or quotes that do not end.
std::optional<std::string_view> unquoted(std::string_view word) noexcept;
/// @}

/// Which arguments may stand in quotes.
template <class Arguments>
constexpr quotable quotable_of(const Arguments& arguments) noexcept {
  quotable found{};
  std::size_t place = 0;
  for (const auto& a : arguments)
    if (a.key.empty() && place < max_positions)
      found[place++] = a.secret && a.kind == argument_kind::word;
  return found;
}

/// How many of them have a place and no key.
template <class Arguments>
constexpr std::size_t count_positions(const Arguments& arguments) noexcept {
  std::size_t n = 0;
  for (const auto& a : arguments)
    if (a.key.empty()) ++n;
  return n;
}

/// A line that a person typed: views into it.
struct parsed_line {
  std::string_view name;      ///< the name of a row of the command table, in any case, or of none
  std::string_view arguments; ///< the rest of the line, trimmed
};

/// `/who all` is the command `who`; `//x` says `/x`, and what begins with no slash is said as it
/// is. Nothing is looked up or evaluated. A name ends at white space, and an argument may contain
/// anything.
parsed_line parse_command_line(std::string_view line) noexcept;

/// The command that a line begins with, `/name …`; null if it is none of these.
const command_info* command_of(std::string_view line,
                               std::span<const command_info> commands) noexcept;

/// A typed line as it may be shown, logged and kept: of a command with an argument that is secret
/// nothing but the name, for what is secret may stand in the wrong place; but not in that of a
/// room.
std::string without_secrets(std::string_view line, std::span<const command_info> commands);

} // namespace asio_chat
