#include "accounts/app_password.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace asio_chat {

app_limit limit_of(const app_password& p) {
  app_limit l{p.number,
              std::string(p.name),
              {right::join_rooms, right::open_rooms, right::read_log},
              p.rooms};
  if (p.speaks)
    for (const right r : {right::speak, right::speak_moderated, right::speak_read_only,
                          right::edit_own, right::delete_own, right::react})
      l.lets = l.lets.with(r);
  if (p.speaks && p.rooms.empty()) l.lets = l.lets.with(right::send_direct);
  // The owner has named them: private ones, and those that operators read, if the role may.
  if (!p.rooms.empty()) l.lets = l.lets.with(right::enter_private).with(right::read_audit);
  return l;
}

std::string scope_of(bool speaks, const std::vector<std::string>& rooms) {
  const std::string_view what = speaks ? "chat" : "read";
  return rooms.empty() ? std::string(what) : fmt::format("{} in {}", what, fmt::join(rooms, ", "));
}

std::string scope_of(const app_limit& l) {
  return scope_of(l.lets.has(right::speak), l.rooms);
}

} // namespace asio_chat
