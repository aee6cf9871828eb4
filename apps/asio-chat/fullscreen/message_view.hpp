// How the lines of a window look, and where one is in them.
#pragma once

#include "fullscreen/cells.hpp"
#include "fullscreen/windows.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace asio_chat::app {

struct message_style {
  bool presence = true;                           ///< who comes and goes is shown
  const std::set<std::string>* ignored = nullptr; ///< members whose messages are not
};

/// A part of the canvas.
struct area {
  std::size_t row = 0;
  std::size_t column = 0;
  std::size_t columns = 0;
  std::size_t rows = 0;
};

/// The rows of a line in a window that wide, with the date or the marker that stands before it.
std::vector<cells> rows_of(const window& w, message_log::number n, std::size_t columns,
                           const message_style& how);

/// Shows the window at its scroll position, the newest of its lines at the bottom.
void draw_messages(canvas& on, const area& where, const window& w, const message_style& how);

/// Goes up by so many rows, or down if it is negative. Stops where the first line is at the top;
/// where the last one is at the bottom, the window follows again.
void scroll(window& w, std::ptrdiff_t rows, const area& where, const message_style& how);
/// Whether so few rows are above or below what is shown that more of the log should be fetched.
bool near_first(const window& w, const area& where, const message_style& how);
bool near_last(const window& w, const area& where, const message_style& how);
/// The number of messages below what is shown.
std::size_t messages_below(const window& w);

/// `3 joined, 2 left`, or their names where they are few.
std::string presence_text(const log_line& line);

} // namespace asio_chat::app
