#include "domain/commands/commands.hpp"
#include "domain/commands/room_changes.hpp"
#include "domain/hub.hpp"
#include "model/quantity.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

namespace asio_chat::commands {

namespace {

/// Nobody keeps longer than the server does.
result<void> check_retention(const asked& q, const requests::set_retention& what) {
  const limits& server = q.in.limits();
  if (!q.in.log().trims())
    return fail(errc::not_available, "the history of this server cannot be kept room by room");
  if (what.entries && server.room_entries > 0 && *what.entries > server.room_entries)
    return fail(errc::bad_arguments,
                fmt::format("the server keeps {} messages of a room at most", server.room_entries));
  if (what.age && server.room_age.count() > 0 && *what.age > server.room_age)
    return fail(errc::bad_arguments, fmt::format("the server keeps messages for {} at most",
                                                 duration_text(server.room_age)));
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::set_retention&& what) {
  const std::string room = q.about->name();
  const limits& server = q.in.limits();
  const std::string of_server = retention_text(server.room_entries, server.room_age);
  if (!what.entries && !what.age && !what.off) {
    const room_facts* about = q.in.people().room(room);
    const bool own = about && about->keeps_less();
    answer_to(q, what.command,
              std::vector<std::string>{
                  own ? fmt::format("{} keeps {}; the server: {}", room,
                                    retention_text(about->max_entries, about->max_age), of_server)
                      : fmt::format("{} keeps as much as the server does: {}", room, of_server)});
    return {};
  }
  if (auto can = check_retention(q, what); !can) return can;
  const std::string now = what.off       ? of_server
                          : what.entries ? retention_text(*what.entries, {})
                                         : retention_text(0, *what.age);
  return change_room(
      q, what.command,
      [what](room_facts& r) {
        if (what.off || what.entries) r.max_entries = what.entries.value_or(0);
        if (what.off || what.age) r.max_age = what.age.value_or(std::chrono::seconds(0));
      },
      what.off ? fmt::format("let this room keep as much as the server does: {}", now)
               : fmt::format("let this room keep {}", now),
      what.off ? fmt::format("{} keeps as much as the server does already: {}", room, now)
               : fmt::format("{} keeps {} already", room, now),
      what.off ? std::string() : "what falls out is destroyed from now on, and cannot come back",
      [room](hub& in) { in.short_rooms().changed(room); });
}

} // namespace asio_chat::commands
