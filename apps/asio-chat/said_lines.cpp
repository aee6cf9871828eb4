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

std::vector<said_lines::line> said_lines::mark_all() {
  std::vector<line> found;
  for (auto& [number, l] : lines_)
    if (!std::exchange(l.what.marked, true)) found.push_back(l.what);
  return found;
}

std::vector<said_lines::line> said_lines::find_overdue(steady_time now, bool mark) {
  std::vector<line> found;
  for (auto& [number, l] : lines_) {
    if (now - l.when < patience) break;
    if (std::exchange(l.what.overdue, true) || l.what.marked) continue;
    l.what.marked = mark;
    found.push_back(l.what);
  }
  return found;
}

std::optional<steady_time> said_lines::next_overdue() const noexcept {
  for (const auto& [number, l] : lines_)
    if (!l.what.overdue) return l.when + patience;
  return std::nullopt;
}

std::string notice_about(const line_origin& line, std::string_view what) {
  if (line.number == 0) return fmt::format("[{}]", what);
  return fmt::format("[line {}: {}]", line.number, what);
}

std::string fate_of(const said_lines::line& said, const error_code& e, std::string_view why) {
  const std::string line = excerpt(said.text);
  std::string fate = fmt::format("refused: {}; {}", line, sanitize_for_terminal(why));
  if (!e) fate = fmt::format("sent: {}", line);
  if (e == errc::not_connected) fate = fmt::format("not sent: {}", line);
  if (e == errc::connection_lost)
    fate = fmt::format("not acknowledged: {}; it may or may not be kept", line);
  return notice_about(said.from, fate);
}

std::string excerpt(std::string_view text) {
  const std::string line = sanitize_for_terminal(text);
  const std::string_view beginning = prefix_of_characters(line, recognised_by);
  return beginning.size() < line.size() ? std::string(beginning) + "…" : line;
}

} // namespace asio_chat::app
