// The meaning of a line that was typed or read from a pipe.
#pragma once

#include <asio_chat/command.hpp>
#include <asio_chat/entry.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat::app {

enum class intent {
  nothing,
  leave,
  command, ///< for the server's command table
  say,
  unreadable, ///< `text` says why
};

/// How the lines of the input are read.
enum class input_form {
  typed, ///< as a person writes them: `/` begins a command
  text,  ///< each is a message as it is
  json,  ///< each is an object, see json_input.hpp
};

/// Where a line came from, so that its answer can be matched to it.
struct line_origin {
  std::size_t number = 0; ///< in the input, from 1; 0: it was typed in a terminal
  std::string ref = {};   ///< that its object gave it; empty: none
};

struct typed_line {
  intent what;
  std::string text;      ///< what to send
  std::string room = {}; ///< empty: the current one
  line_origin from = {};
  std::string id = {}; ///< for the server, which keeps it once; empty: the client makes one
  entry_kind kind = entry_kind::message; ///< of what is said
  entry_reference refers = {};           ///< to what was said before
};

/// Drops control characters other than tab and newline, and replaces invalid UTF-8.
std::string without_controls(std::string_view raw);

/// A text may have several lines. Blanks before it are part of a message; `/quit` leaves, in any
/// capitals; `//x` says `/x`.
/// @param bare_quit whether `quit` alone leaves as well: a user means it, a pipe may not
typed_line read_typed_line(std::string_view raw, bool bare_quit);

/// Where in a line that is being typed its first secret begins; `npos`: it has none yet.
std::size_t secret_from(std::string_view line, std::span<const command_info> commands);

/// A message, whatever it looks like; nothing if nothing would be seen of it.
typed_line read_literal_line(std::string_view raw);

} // namespace asio_chat::app
