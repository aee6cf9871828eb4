#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"
#include "domain/sayable.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace asio_chat::commands {

namespace {

/// In one answer, which has each name twice: so it is made quickly, and fits a frame.
constexpr std::size_t max_online = 200;
constexpr std::size_t max_online_bytes = 20'000;
/// Strangers are not listed, and may be many.
constexpr std::size_t max_members_looked_at = 500;

/// `alice "Alice Smith"`, `bob (guest) (away)`.
std::string online_item(const hub& in, const member& m) {
  const std::string* shown = in.people().displayed_by(m.who());
  return fmt::format("{}{}{}{}{}{}", m.name(), shown ? " \"" : "", shown ? *shown : std::string(),
                     shown ? "\"" : "", in.is_marked(m) ? " (guest)" : "",
                     m.away().empty() ? "" : " (away)");
}

} // namespace

result<void> carry_out(const asked& q, requests::list_online&& what) {
  const name_book::in_order& all = q.in.names().bearers();
  std::string listed;
  std::vector<std::string> names;
  auto next = all.lower_bound(fold_name(what.from));
  for (std::size_t looked = 0; next != all.end() && looked < max_members_looked_at;
       ++next, ++looked) {
    const member& m = *next->second;
    if (q.in.is_stranger(m)) continue;
    if (names.size() == max_online || listed.size() > max_online_bytes) break;
    listed += (names.empty() ? "" : ", ") + online_item(q.in, m);
    names.push_back(m.name());
  }
  lines told;
  if (!names.empty()) told.push_back("online: " + listed);
  if (next != all.end())
    told.push_back(
        fmt::format("there are more; /online {} goes on from there", next->second->name()));
  else if (names.empty())
    told.emplace_back("nobody here has that name or a later one; /online lists all");
  q.by.tell(reply{q.ref, std::string(what.command), std::move(told), std::move(names), {}});
  return {};
}

result<void> carry_out(const asked& q, requests::announce&& what) {
  if (auto done = make_sayable(what.text, q.in.limits()); !done) {
    if (done.error().code != errc::text_empty) return done;
    return missing_argument(*find_command(what.command), "TEXT");
  }
  q.in.note(fmt::format("{} has told everybody: {}", q.by.name(), what.text));
  q.in.tell_all(what.text);
  answer_to(q, what.command, {"everybody who is here is told"});
  return {};
}

} // namespace asio_chat::commands
