#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

namespace asio_chat::commands {

result<void> nick(hub& h, member& m, const command& c) {
  if (const auto done = h.rename(m, c.arguments); !done) return done.error();
  // Everybody has been told or will be at once, the member too.
  m.tell(reply{std::string(c.ref), "nick", {}, {m.name()}});
  return {};
}

result<void> quit(hub& h, member& m, const command&) {
  h.quit(m, {close_code::quit, "goodbye"});
  return {};
}

result<void> help(hub&, member& m, const command& c) {
  reply answer{std::string(c.ref), "help", {}, {}};
  for (const command_row& row : command_table()) {
    if (!row.listed || (row.needs_many_rooms && !m.many_rooms())) continue;
    const std::string usage = fmt::format("/{} {}", row.name, row.arguments);
    answer.lines.push_back(fmt::format("{:<16} {}", usage, row.help));
    answer.items.emplace_back(row.name);
  }
  m.tell(std::move(answer));
  return {};
}

result<void> tls(hub&, member& m, const command& c) {
  m.tell(reply{std::string(c.ref), "tls", m.sink().protection(), {}});
  return {};
}

} // namespace asio_chat::commands
