#include "domain/host_commands.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

failure bad(const command_info& c, std::string_view why) {
  return fail(errc::bad_setting, fmt::format("the command '{}' cannot be added: {}", c.name, why));
}

bool takes_the_rest(argument_kind k) noexcept {
  return k == argument_kind::text || k == argument_kind::query;
}

result<void> check_arguments(const command_info& c) {
  if (c.arguments.size() > max_positions)
    return bad(c, fmt::format("it has more than {} arguments", max_positions));
  bool may_be_left_out = false;
  for (const command_argument& a : c.arguments) {
    if (a.name.empty()) return bad(c, "an argument has no name");
    if (!a.key.empty()) return bad(c, fmt::format("{} has a key", a.name));
    if (takes_the_rest(a.kind) && &a != &c.arguments.back())
      return bad(c, fmt::format("{} takes the rest of the line and is not the last", a.name));
    if (may_be_left_out && !a.optional)
      return bad(c, fmt::format("{} has to be there, behind one that may be left out", a.name));
    if (a.kind == argument_kind::number && a.min > a.max)
      return bad(c, fmt::format("no number is in the range of {}", a.name));
    may_be_left_out = a.optional;
  }
  return {};
}

} // namespace

result<void> host_commands::add(host_command c) {
  const std::string& name = c.info.name;
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos)
    return bad(c.info, "its name must have small letters only");
  if (find_command(name) != nullptr || find(name) != nullptr)
    return bad(c.info, "there is one of this name already");
  if (c.info.help.empty()) return bad(c.info, "it has no help, which /help shows");
  if (!c.run) return bad(c.info, "it has no function to run");
  if (auto good = check_arguments(c.info); !good) return good;

  auto made = std::make_unique<host_row>();
  made->made = std::move(c);
  const command_info& info = made->made.info;
  for (const command_argument& a : info.arguments)
    made->arguments.push_back({a.name, a.kind, a.key, a.optional, a.secret, a.min, a.max, a.help});
  made->row = {.name = info.name,
               .arguments = made->arguments,
               .help = info.help,
               .details = info.details,
               .needs_room = made->made.needs_room,
               .needs = made->made.needs};
  rows_.push_back(std::move(made));
  return {};
}

const host_row* host_commands::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(
      rows_, [&](const auto& r) { return ascii::equal_ignoring_case(r->row.name, name); });
  return found == rows_.end() ? nullptr : found->get();
}

} // namespace asio_chat
