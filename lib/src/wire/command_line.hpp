// Lines as a person types them.
#pragma once

#include <string_view>

namespace asio_chat::wire {

/// Views into the line.
struct typed_line {
  std::string_view name;      ///< the name of a row of the command table, in any case, or of none
  std::string_view arguments; ///< the rest of the line, trimmed
};

/// `/who all` is the command `who`; `//x` says `/x`, and what begins with no slash is said as it
/// is. Nothing is looked up or evaluated. A name ends at white space, and an argument may contain
/// anything.
typed_line parse_command_line(std::string_view line) noexcept;

} // namespace asio_chat::wire
