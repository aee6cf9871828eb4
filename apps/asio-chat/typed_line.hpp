// The meaning of a line that was typed or read from a pipe.
#pragma once

#include <string>
#include <string_view>

namespace asio_chat::app {

enum class intent {
  nothing,
  leave,
  command, ///< for the server's command table
  say,
};

struct typed_line {
  intent what;
  std::string text; ///< what to send
};

/// Drops control characters other than tab and newline, and replaces invalid UTF-8.
std::string without_controls(std::string_view raw);

/// A text may have several lines. Blanks before it are part of a message; `/quit` leaves, in any
/// capitals; `//x` says `/x`.
/// @param bare_quit whether `quit` alone leaves as well: a user means it, a pipe may not
typed_line read_typed_line(std::string_view raw, bool bare_quit);

} // namespace asio_chat::app
