#include "accounts/policy.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat {

namespace {

constexpr std::array policy_rows{
    policy_row{right::speak, role::guest, "speak"},
    policy_row{right::speak_moderated, role::voice, "speak while a room is moderated"},
    policy_row{right::speak_read_only, role::op, "speak while a room is read-only"},
    policy_row{right::send_direct, role::guest, "send messages to members"},
    policy_row{right::read_log, role::guest, "read what was said before"},
    policy_row{right::join_rooms, role::guest, "join rooms"},
    policy_row{right::open_rooms, role::guest, "open new rooms"},
    policy_row{right::rename, role::guest, "change one's name"},
    policy_row{right::set_topic, role::member, "set the topic"},
    policy_row{right::enter_private, role::op, "join private rooms uninvited"},
    policy_row{right::invite, role::op, "invite into private rooms"},
    policy_row{right::kick, role::op, "put others out"},
    policy_row{right::mute, role::op, "mute others"},
    policy_row{right::ban, role::op, "ban others"},
    policy_row{right::set_mode, role::op, "change modes of a room"},
    policy_row{right::give_voice, role::op, "make others voice or member"},
    policy_row{right::give_roles, role::owner, "give any role"},
    policy_row{right::set_retention, role::owner, "choose how much a room keeps"},
    policy_row{right::read_audit, role::op, "read what moderators did"},
    policy_row{right::edit_own, role::guest, "edit one's own messages"},
    policy_row{right::delete_own, role::guest, "delete one's own messages"},
    policy_row{right::delete_others, role::op, "delete others' messages"},
    policy_row{right::react, role::guest, "react to messages"},
    policy_row{right::pin, role::op, "pin messages"},
    policy_row{right::set_limits, role::op, "change limits of the server"},
    policy_row{right::list_members, role::guest, "list who is on the server"},
    policy_row{right::announce, role::op, "tell everybody on the server"},
};

constexpr std::array<std::string_view, 5> names{"guest", "member", "voice", "operator", "owner"};

constexpr std::array<rights, 5> make_sets() {
  std::array<rights, 5> sets;
  for (std::size_t r = 0; r < sets.size(); ++r)
    for (const policy_row& row : policy_rows)
      if (static_cast<std::size_t>(row.from) <= r) sets[r] = sets[r].with(row.what);
  return sets;
}

constexpr std::array<rights, 5> sets = make_sets();

} // namespace

std::span<const policy_row> policy_table() noexcept {
  return policy_rows;
}

std::string_view name_of(role r) noexcept {
  return names[static_cast<std::size_t>(r)];
}

std::optional<role> find_role(std::string_view name) noexcept {
  if (ascii::equal_ignoring_case(name, "op")) return role::op;
  for (const role r : all_roles)
    if (ascii::equal_ignoring_case(name, name_of(r))) return r;
  return {};
}

rights rights_of(role r) noexcept {
  return sets[static_cast<std::size_t>(r)];
}

rights rights_in_room(role r, const room_modes& modes, bool muted) noexcept {
  const rights all = rights_of(r);
  const bool silent = muted || (modes.moderated && !all.has(right::speak_moderated)) ||
                      (modes.read_only && !all.has(right::speak_read_only));
  if (!silent) return all;
  return all.without(right::speak)
      .without(right::set_topic)
      .without(right::edit_own)
      .without(right::react);
}

std::vector<std::string> policy_lines() {
  std::vector<std::string> lines;
  std::string head = fmt::format("{:<32}", "");
  for (const role r : all_roles)
    head += fmt::format("{:>9}", name_of(r));
  lines.push_back(std::move(head));
  for (const policy_row& row : policy_rows) {
    std::string line = fmt::format("{:<32}", row.phrase);
    for (const role r : all_roles)
      line += fmt::format("{:>9}", rights_of(r).has(row.what) ? "yes" : "-");
    lines.push_back(std::move(line));
  }
  return lines;
}

} // namespace asio_chat
