#include "said_lines.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::size_t recognised_by = 60;

} // namespace

std::uint64_t said_lines::add(line l, steady_time now) {
  lines_.emplace(++last_, said{std::move(l), now});
  return last_;
}

said_lines::line said_lines::take(std::uint64_t number) {
  auto found = lines_.extract(number);
  return found ? std::move(found.mapped().what) : line();
}

std::vector<std::string> said_lines::mark_all() {
  std::vector<std::string> texts;
  for (auto& [number, l] : lines_)
    if (!std::exchange(l.what.marked, true)) texts.push_back(l.what.text);
  return texts;
}

std::vector<std::string> said_lines::find_overdue(steady_time now, bool mark) {
  std::vector<std::string> texts;
  for (auto& [number, l] : lines_) {
    if (now - l.when < patience) break;
    if (std::exchange(l.what.overdue, true) || l.what.marked) continue;
    l.what.marked = mark;
    texts.push_back(l.what.text);
  }
  return texts;
}

std::optional<steady_time> said_lines::next_overdue() const noexcept {
  for (const auto& [number, l] : lines_)
    if (!l.what.overdue) return l.when + patience;
  return std::nullopt;
}

std::string fate_of(std::string_view text, const error_code& e, std::string_view why) {
  const std::string line = excerpt(text);
  if (!e) return fmt::format("[sent: {}]", line);
  if (e == errc::not_connected) return fmt::format("[not sent: {}]", line);
  if (e == errc::connection_lost) {
    return fmt::format("[not acknowledged: {}; it may or may not be kept]", line);
  }
  return fmt::format("[refused: {}; {}]", line, sanitize_for_terminal(why));
}

std::string excerpt(std::string_view text) {
  const std::string line = sanitize_for_terminal(text);
  const std::string_view beginning = prefix_of_characters(line, recognised_by);
  return beginning.size() < line.size() ? std::string(beginning) + "…" : line;
}

} // namespace asio_chat::app
