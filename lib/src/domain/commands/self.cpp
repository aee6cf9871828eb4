#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

namespace asio_chat::commands {

result<void> carry_out(const asked& q, requests::rename&& what) {
  if (const auto done = q.in.rename(q.by.of(), what.name); !done) return done.error();
  // Everybody has been told or will be at once, the member too.
  q.by.tell(reply{q.ref, "nick", {}, {q.by.name()}});
  return {};
}

result<void> carry_out(const asked& q, requests::quit&&) {
  q.in.quit(q.by, {close_code::quit, "goodbye"});
  return {};
}

result<void> carry_out(const asked& q, requests::help&&) {
  reply answer{q.ref, "help", {}, {}};
  for (const command_row& row : command_table()) {
    if (!row.listed || (row.needs_many_rooms && !q.by.many_rooms())) continue;
    const std::string usage = fmt::format("/{} {}", row.name, row.syntax);
    answer.lines.push_back(fmt::format("{:<16} {}", usage, row.help));
    answer.items.emplace_back(row.name);
  }
  q.by.tell(std::move(answer));
  return {};
}

result<void> carry_out(const asked& q, requests::protection&&) {
  q.by.tell(reply{q.ref, "tls", q.by.sink().protection(), {}});
  return {};
}

result<void> carry_out(const asked&, requests::unreadable&& what) {
  return std::move(what.why);
}

} // namespace asio_chat::commands
