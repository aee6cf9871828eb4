#include "domain/commands/commands.hpp"
#include "domain/entry_line.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t usual_lines = 20;
constexpr std::size_t most_lines = 200;

result<std::size_t> lines_in(std::string_view argument) {
  if (argument.empty()) return usual_lines;
  std::size_t n = 0;
  const char* end = argument.data() + argument.size();
  const auto [rest, error] = std::from_chars(argument.data(), end, n);
  if (error != std::errc() || rest != end || n < 1 || n > most_lines) {
    return fail(errc::bad_arguments,
                fmt::format("usage: /history [N], where N is 1 to {}", most_lines));
  }
  return n;
}

event as_lines(history_page page, std::size_t asked) {
  reply answer{std::move(page.ref), "history", {}, {}};
  if (const std::size_t n = page.entries.size(); page.earlier && n < asked) {
    answer.lines.push_back(
        fmt::format("the last {} of the {} asked for: one answer holds no more", n, asked));
  }
  for (const entry& e : page.entries)
    answer.lines.push_back(entry_line(e));
  if (answer.lines.empty()) answer.lines.emplace_back("nothing was said here yet");
  return answer;
}

} // namespace

result<void> history(hub& h, member& m, const command& c) {
  const auto r = h.room_of(m, c.room);
  if (!r) return r.error();
  const auto lines = lines_in(c.arguments);
  if (!lines) return lines.error();
  (*r)->read_history(m, {log_range::side::before, {}, *lines}, c.ref, as_lines);
  return {};
}

} // namespace asio_chat::commands
