#include "domain/commands/commands.hpp"
#include "domain/entry_line.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t longest_page = 1'000;

/// In lines; fits a frame of the native protocol, even if every character has to be escaped.
constexpr std::size_t most_of_an_answer = 28'000;
constexpr std::size_t around_a_line = 4; ///< quotes and a comma

/// With `most_found` lines this long an answer fits a frame of the native protocol, even if every
/// character has to be escaped.
constexpr std::size_t most_of_a_text = 400;
constexpr std::size_t most_found = 50;

event as_page(history_page page, std::size_t) {
  return page;
}

event as_lines(history_page page, std::size_t asked) {
  reply answer{std::move(page.ref), "history", {}, {}};
  // A line may be longer than the entry by which the page was measured; the newest are wanted.
  std::size_t bytes = 0;
  for (auto e = page.entries.rbegin(); e != page.entries.rend(); ++e) {
    std::string line = entry_line(*e);
    bytes += line.size() + around_a_line;
    if (!answer.lines.empty() && bytes > most_of_an_answer) break;
    answer.lines.push_back(std::move(line));
  }
  const std::size_t n = answer.lines.size();
  if (n < page.entries.size() || (page.earlier && n < asked))
    answer.lines.push_back(fmt::format("these are the last {} of the {} asked for", n, asked));
  std::ranges::reverse(answer.lines);
  if (answer.lines.empty()) answer.lines.emplace_back("nothing was said here yet");
  return answer;
}

reply found_as_lines(std::string_view room, std::string_view ref, const journal::hits& found) {
  reply answer{std::string(ref), "search", {}, {}};
  if (found.entries.empty()) {
    answer.lines.push_back(fmt::format("nothing like that was said in {}", room));
  }
  for (const entry& e : found.entries)
    answer.lines.push_back(entry_line(e, most_of_a_text));
  if (found.more) {
    answer.lines.push_back(
        fmt::format("these are the newest {}; before: finds older ones", found.entries.size()));
  }
  if (found.incomplete) {
    answer.lines.emplace_back(
        "the search index is being rebuilt: some older entries cannot be found yet");
  }
  return answer;
}

} // namespace

result<void> carry_out(const asked& q, requests::history&& what) {
  what.part.entries = std::clamp<std::size_t>(what.part.entries, 1, longest_page);
  q.about->read_history(q.by, what.part, q.ref, what.for_a_person ? as_lines : as_page);
  return {};
}

result<void> carry_out(const asked& q, requests::search&& what) {
  what.query.limit = most_found;
  q.about->search(q.by, std::move(what.query), q.ref,
                  [room = q.about->name(), ref = q.ref](const journal::hits& found) {
                    return found_as_lines(room, ref, found);
                  });
  return {};
}

} // namespace asio_chat::commands
