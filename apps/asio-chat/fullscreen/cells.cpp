#include "fullscreen/cells.hpp"

#include "edit_buffer.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"

#include <algorithm>

namespace asio_chat::app {

namespace {

constexpr std::size_t tab_width = 8;

cell cell_of(char32_t c, std::size_t width, style look) {
  cell made;
  made.characters[0] = c;
  made.width = static_cast<std::uint8_t>(width);
  made.look = look;
  return made;
}

void combine(cell& with, char32_t mark) {
  const auto free = std::ranges::find(with.characters, char32_t{0});
  if (free != with.characters.end()) *free = mark;
}

bool is_blank_cell(const cell& c) {
  return c.characters[0] == U' ' && c.characters[1] == 0;
}

} // namespace

style style_of_name(std::string_view name) {
  std::uint32_t hash = 2166136261; // FNV-1a
  for (const char c : name)
    hash = (hash ^ static_cast<unsigned char>(ascii::lower(c))) * 16777619;
  return {role::name, static_cast<std::uint8_t>(hash % name_colours)};
}

cells cells_of_text(std::string_view text, style look) {
  cells made;
  std::size_t column = 0;
  const auto add = [&](char32_t c, std::size_t width) {
    made.push_back(cell_of(c, width, look));
    column += width;
  };
  for (const char32_t c : widen(text)) {
    if (c == U'\t') {
      for (std::size_t n = tab_width - column % tab_width; n > 0; --n)
        add(U' ', 1);
    } else if (c == U'\n') {
      add(U' ', 1);
    } else if (steers_display(c)) {
      add(U'\uFFFD', 1);
    } else if (const auto width = static_cast<std::size_t>(cells_of(c)); width > 0) {
      // A letter that is not seen, such as U+3164, may be drawn with any width or none.
      for (std::size_t n = is_unseen(c) ? width : 0; n > 0; --n)
        add(U' ', 1);
      if (!is_unseen(c)) add(c, width);
    } else if (!is_unseen(c)) {
      if (made.empty()) add(U' ', 1);
      combine(made.back(), c);
    }
  }
  return made;
}

std::size_t width_of(std::span<const cell> text) noexcept {
  std::size_t width = 0;
  for (const cell& c : text)
    width += c.width;
  return width;
}

cells cut_to_width(cells text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t used = 0;
  std::size_t kept = 0;
  while (kept < text.size() && used + text[kept].width + 1 <= width)
    used += text[kept++].width;
  const style look = text.front().look;
  text.resize(kept);
  if (used < width) text.push_back(cell_of(U'…', 1, look));
  return text;
}

std::vector<std::span<const cell>> wrap(std::span<const cell> text, std::size_t width) {
  width = std::max<std::size_t>(width, 2);
  std::vector<std::span<const cell>> rows;
  for (std::size_t begin = 0;;) {
    std::size_t fits = begin;
    for (std::size_t used = 0; fits < text.size() && used + text[fits].width <= width; ++fits)
      used += text[fits].width;
    if (fits == text.size()) {
      rows.push_back(text.subspan(begin));
      return rows;
    }
    // The blank at which the row ends is left out.
    std::size_t blank = fits;
    while (blank > begin && !is_blank_cell(text[blank]))
      --blank;
    const auto before = text.subspan(begin, blank - begin);
    const bool breaks = !std::ranges::all_of(before, is_blank_cell);
    rows.push_back(breaks ? before : text.subspan(begin, fits - begin));
    begin = breaks ? blank + 1 : fits;
  }
}

std::size_t canvas::put(std::size_t row, std::size_t column, std::size_t end,
                        std::span<const cell> text) {
  end = std::min(end, columns_);
  if (row >= rows_) return column;
  for (const cell& c : text) {
    if (column + c.width > end) break;
    cell* place = &cells_[row * columns_ + column];
    *place = c;
    if (c.width == 2) place[1] = cell_of(0, 0, c.look);
    column += c.width;
  }
  return column;
}

void canvas::fill(std::size_t row, std::size_t column, std::size_t end, const cell& with) {
  if (row >= rows_) return;
  for (; column < std::min(end, columns_); ++column)
    cells_[row * columns_ + column] = with;
}

std::string canvas::text_of(std::size_t row) const {
  std::u32string text;
  for (std::size_t column = 0; column < columns_; ++column)
    for (const char32_t c : at(row, column).characters)
      if (c != 0) text += c;
  text.erase(text.find_last_not_of(U' ') + 1);
  return narrow(text);
}

} // namespace asio_chat::app
