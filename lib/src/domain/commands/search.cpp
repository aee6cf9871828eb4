#include "base/sanitize.hpp"
#include "domain/commands/commands.hpp"
#include "domain/entry_line.hpp"
#include "domain/hub.hpp"
#include "domain/search_line.hpp"

#include <fmt/format.h>

namespace asio_chat::commands {

namespace {

/// With `most_entries` lines this long an answer fits a frame of the native protocol, even if every
/// character has to be escaped.
constexpr std::size_t most_of_a_text = 400;
constexpr std::size_t most_entries = 50;

reply answer_of(std::string_view room, std::string_view ref, const journal::hits& found) {
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

result<void> search(hub& h, member& m, const command& c) {
  auto query = parse_search_line(sanitize(c.arguments));
  if (!query) return query.error();
  const auto r = h.room_of(m, query->room.empty() ? c.room : query->room);
  if (!r) return r.error();
  query->limit = most_entries;
  (*r)->search(m, *std::move(query), c.ref,
               [room = (*r)->name(), ref = std::string(c.ref)](const journal::hits& found) {
                 return answer_of(room, ref, found);
               });
  return {};
}

} // namespace asio_chat::commands
