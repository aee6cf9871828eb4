#include "typed_view.hpp"

#include "edit_buffer.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace asio_chat::app {

namespace {

using row = typed_rows::row;

constexpr std::size_t tab_width = 8;
constexpr const char* clear_below = "\x1b[J";

bool can_be_shown(char32_t c) {
  return !steers_display(c);
}

struct cell_index {
  std::size_t row;
  std::size_t cell;
};

std::size_t width_of(std::span<const typed_rows::cell> cells) {
  std::size_t width = 0;
  for (const typed_rows::cell& c : cells)
    width += c.width;
  return width;
}

std::string bytes_of(const row& r, std::size_t from = 0) {
  std::string bytes;
  for (std::size_t i = from; i < r.size(); ++i)
    bytes += r[i].bytes;
  return bytes;
}

/// Puts one character after the other into rows.
class compositor {
 public:
  compositor(typed_rows& out, std::size_t columns)
      : out_(out)
      , columns_(columns) {
    out_.rows.emplace_back();
  }

  void put(char32_t c) {
    if (c == U'\n') return new_line();
    if (c == U'\t') return blanks(tab_width - column_ % tab_width);
    const auto width = static_cast<std::size_t>(cells_of(c));
    const std::string bytes =
        can_be_shown(c) ? narrow({&c, 1}) : std::string(replacement_character);
    row& last = out_.rows.back();
    if (width > 0) return put_cell({bytes, width});
    if (!last.empty()) last.back().bytes += bytes;
  }
  void blanks(std::size_t n) {
    for (; n > 0; --n)
      put_cell({" ", 1});
  }
  /// A character of that width comes here.
  void cursor_before(std::size_t width) {
    if (column_ + std::max<std::size_t>(width, 1) > columns_) begin_row();
    out_.cursor_row = out_.rows.size() - 1;
    out_.cursor_column = column_;
  }
  void indent_by(std::size_t n) { indent_ = std::min(n, columns_ / 2); }
  std::size_t column() const { return column_; }

 private:
  void begin_row() {
    out_.rows.emplace_back();
    column_ = 0;
  }
  void new_line() {
    begin_row();
    blanks(indent_);
  }
  void put_cell(typed_rows::cell c) {
    if (column_ + c.width > columns_) begin_row();
    column_ += c.width;
    out_.rows.back().push_back(std::move(c));
  }

  typed_rows& out_;
  std::size_t columns_;
  std::size_t column_ = 0;
  std::size_t indent_ = 0;
};

void keep_rows_around_cursor(typed_rows& all, std::size_t rows) {
  if (all.rows.size() <= rows) return;
  const std::size_t first = all.cursor_row < rows ? 0 : all.cursor_row - rows + 1;
  const auto begin = all.rows.begin() + static_cast<std::ptrdiff_t>(first);
  all.rows.erase(begin + static_cast<std::ptrdiff_t>(rows), all.rows.end());
  all.rows.erase(all.rows.begin(), begin);
  all.cursor_row -= first;
}

struct place {
  std::size_t row;
  std::size_t column;
};

/// A terminal whose row is full is in between two rows, and a carriage return makes it certain
/// which one it is.
std::string move(place from, place to) {
  if (from.row == to.row && from.column == to.column) return {};
  std::string out = "\r";
  if (to.row < from.row) out += fmt::format("\x1b[{}A", from.row - to.row);
  if (to.row > from.row) out += fmt::format("\x1b[{}B", to.row - from.row);
  if (to.column > 0) out += fmt::format("\x1b[{}C", to.column);
  return out;
}

/// The rows from a cell on, where the cursor is.
/// @param reached where it is afterwards
std::string bytes_from(const typed_rows& next, cell_index from, place& reached) {
  std::string out = bytes_of(next.rows[from.row], from.cell);
  for (std::size_t r = from.row + 1; r < next.rows.size(); ++r)
    out += "\r\n" + bytes_of(next.rows[r]);
  reached = {next.rows.size() - 1, width_of(next.rows.back())};
  return out;
}

/// Makes the old rows to the next ones.
/// @param reached the place of the cursor, before and afterwards
std::string change(const typed_rows& old, const typed_rows& next, place& reached) {
  const auto rows = std::ranges::mismatch(old.rows, next.rows);
  const auto first = static_cast<std::size_t>(rows.in2 - next.rows.begin());
  if (rows.in1 == old.rows.end() && rows.in2 == next.rows.end()) return {};
  if (rows.in2 == next.rows.end()) { // the old rows go on
    std::string out = move(reached, {first, 0}) + clear_below;
    reached = {first, 0};
    return out;
  }
  if (rows.in1 == old.rows.end()) { // the next ones do
    std::string out = move(reached, {first - 1, width_of(old.rows.back())}) + "\r\n";
    return out + bytes_from(next, {first, 0}, reached);
  }
  const auto cells = std::ranges::mismatch(*rows.in1, *rows.in2);
  const auto cell = static_cast<std::size_t>(cells.in2 - rows.in2->begin());
  std::string out = move(reached, {first, width_of(std::span(*rows.in2).first(cell))});
  if (cells.in1 != rows.in1->end() || first + 1 < old.rows.size()) out += clear_below;
  return out + bytes_from(next, {first, cell}, reached);
}

} // namespace

typed_rows lay_out(std::string_view prompt, std::u32string_view text, std::size_t cursor,
                   std::size_t columns, std::size_t rows) {
  typed_rows out;
  compositor c(out, std::max<std::size_t>(columns, 2));
  for (const char32_t p : widen(prompt))
    c.put(p);
  c.indent_by(c.column());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == cursor) c.cursor_before(text[i] == U'\n' ? 1 : std::size_t(cells_of(text[i])));
    c.put(text[i]);
  }
  if (cursor >= text.size()) c.cursor_before(1);
  keep_rows_around_cursor(out, std::max<std::size_t>(rows, 1));
  return out;
}

std::string entered_lines(std::string_view prompt, std::u32string_view text) {
  constexpr std::size_t endless = 1 << 30;
  std::string lines;
  for (const row& r : lay_out(prompt, text, 0, endless, endless).rows)
    lines += bytes_of(r) + "\n";
  return lines;
}

std::string typed_view::show(typed_rows next) {
  const place at = visible_ ? place{shown_.cursor_row, shown_.cursor_column} : place{0, 0};
  place reached = at;
  std::string out = visible_ ? change(shown_, next, reached) : bytes_from(next, {0, 0}, reached);
  out += move(reached, {next.cursor_row, next.cursor_column});
  visible_ = true;
  shown_ = std::move(next);
  return out;
}

std::string typed_view::hide() {
  if (!std::exchange(visible_, false)) return {};
  return move({shown_.cursor_row, shown_.cursor_column}, {0, 0}) + clear_below;
}

} // namespace asio_chat::app
