// What a line that was typed, or piped in, means.
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

/// Control characters are dropped and what is not UTF-8 is replaced. `/quit` leaves, in any case;
/// `//x` says `/x`.
/// @param bare_quit whether `quit` alone leaves as well: a person means it, a pipe may not
typed_line read_typed_line(std::string_view raw, bool bare_quit);

} // namespace asio_chat::app
