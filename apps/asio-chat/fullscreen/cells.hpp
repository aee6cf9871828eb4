// What a terminal shows, as cells: what is in each of them, and how it looks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// What a cell is part of. The theme says how that looks.
enum class role : std::uint8_t {
  text,
  faint, ///< times, separators, who came and went
  name,  ///< of a member, in one of `name_colours` colours
  own_name,
  mention,
  chosen, ///< what was looked for
  failed,
  marker,
  bar, ///< the topic and the status
  bar_title,
  bar_alert,
  room,
  room_unread,
  room_mention,
  room_shown,
};

inline constexpr std::size_t name_colours = 12;

struct style {
  role what = role::text;
  std::uint8_t colour = 0; ///< of a name, below `name_colours`
  friend bool operator==(const style&, const style&) = default;
};

/// The same name always has the same colour.
style style_of_name(std::string_view name);

/// A character with the marks that combine with it.
struct cell {
  static constexpr std::size_t max_characters = 5; ///< what ncurses keeps in a cell (CCHARW_MAX)
  std::array<char32_t, max_characters> characters{U' '}; ///< unused ones are 0
  std::uint8_t width = 1; ///< 2: it covers the next cell; 0: the one before covers this one
  style look;
  friend bool operator==(const cell&, const cell&) = default;
};
using cells = std::vector<cell>;

/// One line of foreign text, in cells of width 1 and 2. What could control a terminal is U+FFFD,
/// what is not seen is left out (so that the parts of a joined emoji stand side by side), marks
/// beyond four are left out, and tabs are blanks.
cells cells_of_text(std::string_view text, style look);
std::size_t width_of(std::span<const cell> text) noexcept;
/// As much of it as fits; an ellipsis says that there was more.
cells cut_to_width(cells text, std::size_t width);

/// Rows of at most `width` columns, broken at blanks where there are any. At least one row.
std::vector<std::span<const cell>> wrap(std::span<const cell> text, std::size_t width);

/// All cells of a terminal.
class canvas {
 public:
  canvas(std::size_t columns, std::size_t rows)
      : columns_(columns)
      , rows_(rows)
      , cells_(columns * rows) {}

  std::size_t columns() const noexcept { return columns_; }
  std::size_t rows() const noexcept { return rows_; }
  const cell& at(std::size_t row, std::size_t column) const {
    return cells_[row * columns_ + column];
  }
  std::span<const cell> row(std::size_t n) const {
    return std::span(cells_).subspan(n * columns_, columns_);
  }
  /// Puts the text there, up to the column `end`. What does not fit is cut.
  /// @return the column behind it
  std::size_t put(std::size_t row, std::size_t column, std::size_t end, std::span<const cell> text);
  void fill(std::size_t row, std::size_t column, std::size_t end, const cell& with);
  /// The characters of a row, for tests.
  std::string text_of(std::size_t row) const;

  std::size_t cursor_row = 0;
  std::size_t cursor_column = 0;
  friend bool operator==(const canvas&, const canvas&) = default;

 private:
  std::size_t columns_;
  std::size_t rows_;
  cells cells_;
};

} // namespace asio_chat::app
