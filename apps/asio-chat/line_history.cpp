#include "line_history.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::app {

void line_history::keep(std::u32string line) {
  rewind();
  std::erase(lines_, line);
  lines_.push_front(std::move(line));
  if (lines_.size() > max_lines) lines_.pop_back();
}

std::optional<std::u32string> line_history::back(const std::u32string& typed) {
  if (at_ >= lines_.size()) return std::nullopt;
  if (at_ == 0) typed_ = typed;
  return lines_[at_++];
}

std::optional<std::u32string> line_history::forth() {
  if (at_ == 0) return std::nullopt;
  return --at_ == 0 ? typed_ : lines_[at_ - 1];
}

std::optional<line_history::hit> line_history::find(std::u32string_view part,
                                                    std::size_t from) const {
  for (std::size_t age = std::max<std::size_t>(from, 1); age <= lines_.size(); ++age) {
    if (lines_[age - 1].find(part) != std::u32string::npos) return hit{lines_[age - 1], age};
  }
  return std::nullopt;
}

} // namespace asio_chat::app
