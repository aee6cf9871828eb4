#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/commands/whom.hpp"
#include "domain/displayed_names.hpp"
#include "domain/hub.hpp"
#include "names/displayed_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::commands {

namespace {

/// A failure if people may take it for somebody else.
result<void> check_nobody_else(const hub& in, const std::string& name, const identity& who) {
  const std::vector<std::string> looks = mistaken_for(name);
  const bool is_here = std::ranges::any_of(looks, [&](const std::string& look) {
    const member* other = in.find_member(look);
    return other && other->who() != who;
  });
  if (!is_here && !in.people().has_lookalike(looks, who)) return {};
  return fail(errc::name_taken,
              fmt::format("\"{}\" is the name of somebody else, or looks like it", name));
}

void keep(const asked& q, std::string_view command, const identity& whose, people::maker make,
          std::string noted, std::string told) {
  q.in.people().change(std::move(make),
                       [in = q.in.alive(), whose, noted = std::move(noted), told = std::move(told),
                        answer = later_answer(q, command)](const result<void>& kept) {
                         const auto alive = in.lock();
                         if (!alive) return;
                         if (!kept) return answer(for_members(kept.error()));
                         tell_displayed(**alive, whose);
                         answer(lines{told});
                         if (noted.empty()) return;
                         (*alive)->note(noted);
                         if (const member* m = (*alive)->find_member(whose))
                           for (const endpoint* e : m->endpoints())
                             e->tell(reply{{}, "display", {noted}, {}, {}});
                       });
}

result<void> show(const asked& q) {
  const people& all = q.in.people();
  const std::string* wish = all.wishes_to_display(q.by.who());
  std::string told = "you have no displayed name; /display NAME gives you one";
  if (wish && all.displayed_by(q.by.who()))
    told = fmt::format("you are displayed as \"{}\" beside your name; /display - takes it away",
                       *wish);
  else if (wish)
    told = fmt::format("you are not displayed as \"{}\" any more: it looks like the name of an "
                       "account that was made since",
                       *wish);
  answer_to(q, requests::display::command, lines{told});
  return {};
}

result<void> remove_of_other(const asked& q, const requests::display& what) {
  const auto found = find_account(q, what.of_member, true);
  if (!found) return found.error();
  const account& a = **found;
  const std::string* shown = q.in.people().wishes_to_display(a.id);
  if (!shown) {
    answer_to(q, what.command, lines{fmt::format("{} has no displayed name", a.name)});
    return {};
  }
  const std::string done =
      fmt::format("taken away the displayed name of {}, which was \"{}\"", a.name, *shown);
  keep(
      q, what.command, a.id,
      [id = a.id]() -> result<facts> {
        return facts{without(fact_of(displayed_name{id, {}}))};
      },
      fmt::format("{} has {}", q.by.name(), done), fmt::format("you have {}", done));
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::display&& what) {
  if (!what.of_member.empty()) return remove_of_other(q, what);
  if (auto own = check_has_account(q); !own) return own;
  const identity id = q.by.who();
  const std::string* now = q.in.people().wishes_to_display(id);
  if (what.removes) {
    if (!now) {
      answer_to(q, what.command, lines{"you have no displayed name"});
      return {};
    }
    keep(
        q, what.command, id,
        [id]() -> result<facts> {
          return facts{without(fact_of(displayed_name{id, {}}))};
        },
        {}, "you have no displayed name any more");
    return {};
  }
  if (what.name.empty()) return show(q);
  const auto name = check_displayed_name(what.name);
  if (!name) return name.error();
  if (auto nobody = check_nobody_else(q.in, *name, id); !nobody) return nobody;
  keep(
      q, what.command, id,
      [in = q.in.alive(), id, name = *name]() -> result<facts> {
        const hub& alive = **in.lock(); // it asks for them
        if (!alive.people().find(id)) return fail(errc::login_required, "your account is gone");
        if (auto nobody = check_nobody_else(alive, name, id); !nobody) return nobody.error();
        return facts{fact_of(displayed_name{id, name})};
      },
      {}, fmt::format("you are displayed as \"{}\" beside {}", *name, q.by.name()));
  return {};
}

} // namespace asio_chat::commands
