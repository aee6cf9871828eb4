// How a text that is being typed looks in a terminal, and how to get there from what it shows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Rows of cells, and where the cursor is.
struct typed_rows {
  struct cell {
    std::string bytes; ///< a character with the marks that combine with it
    std::size_t width;
    friend bool operator==(const cell&, const cell&) = default;
  };
  using row = std::vector<cell>;
  std::vector<row> rows;
  std::size_t cursor_row = 0;
  std::size_t cursor_column = 0;
  friend bool operator==(const typed_rows&, const typed_rows&) = default;
};

/// The prompt is before the first line of the text, and as much blank space before the others. What
/// could control a terminal is shown as U+FFFD. Of more than `rows` rows those around the cursor
/// are shown.
typed_rows lay_out(std::string_view prompt, std::u32string_view text, std::size_t cursor,
                   std::size_t columns, std::size_t rows);

/// The same for a text that stays on the screen: lines, which the terminal wraps.
std::string entered_lines(std::string_view prompt, std::u32string_view text);

/// Changes only what is different. Rows are ended by a line break and not by the terminal's
/// wrapping, so that a terminal that grows does not join them: how many rows there are is known.
class typed_view {
 public:
  /// What to write so that the terminal shows this at the cursor's place.
  std::string show(typed_rows next);
  /// What to write so that it is gone.
  std::string hide();

 private:
  bool visible_ = false;
  typed_rows shown_;
};

} // namespace asio_chat::app
