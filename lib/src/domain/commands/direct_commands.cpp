#include "accounts/direct_facts.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "domain/read_marks.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t max_blocked = 1'000;

/// Changes what the account wants, and tells `done` when it is kept.
void change_wishes(const asked& q, std::string_view command,
                   std::function<result<void>(account_wishes&)> change, std::string done) {
  const later_answer answer(q, command);
  q.in.people().change(
      [in = q.in.alive(), who = q.by.who(),
       change = std::move(change)]() -> result<std::vector<fact>> {
        people& all = (*in.lock())->people(); // it asks for them
        if (!all.find(who)) return fail(errc::login_required, "your account is gone");
        account_wishes wanted = all.wishes_or_new(who);
        if (auto changed = change(wanted); !changed) return changed.error();
        return std::vector<fact>{fact_of(wanted)};
      },
      [answer, done = std::move(done)](const result<void>& kept) {
        if (!kept) return answer(for_members(kept.error()));
        answer(lines{done});
      });
}

} // namespace

result<void> carry_out(const asked& q, requests::mark_read&& what) {
  const std::uint64_t last = q.about->head().offset;
  if (what.until > last)
    return fail(errc::bad_arguments,
                fmt::format("nothing was said there as number {} yet; the last one is {}",
                            *what.until, last));
  q.by.tell(reply{q.ref,
                  std::string(what.command),
                  {},
                  q.in.reads().moved(q.by, *q.about, what.until.value_or(last)),
                  {}});
  return {};
}

result<void> carry_out(const asked& q, requests::block&& what) {
  if (auto own = check_has_account(q); !own) return own;
  if (what.who.empty()) {
    const account_wishes* wanted = q.in.people().wishes_of(q.by.who());
    lines all;
    for (const auto& [who, name] : wanted ? wanted->blocked : decltype(wanted->blocked)())
      all.push_back(name);
    std::ranges::sort(all);
    answer_to(q, what.command,
              all.empty() ? lines{"you have blocked nobody"}
                          : lines{fmt::format("you have blocked {}", fmt::join(all, ", "))});
    return {};
  }
  const member* here = q.in.find_member(what.who);
  const account* known = here ? nullptr : q.in.people().find(what.who);
  if (!here && !known)
    return fail(errc::no_such_member,
                fmt::format("nobody here is called {}, and no account",
                            prefix_of_bytes(sanitize_for_terminal(what.who), 40)));
  const identity who = here ? here->who() : known->id;
  if (who == q.by.who()) return fail(errc::bad_arguments, "that is you");
  const std::string name = here ? here->name() : known->name;
  change_wishes(
      q, what.command,
      [who, name](account_wishes& wanted) -> result<void> {
        if (!wanted.blocked.contains(who) && wanted.blocked.size() >= max_blocked)
          return fail(errc::not_allowed,
                      fmt::format("{} are blocked, which is the most: /unblock one, or take no "
                                  "messages from strangers by /requests off",
                                  max_blocked));
        wanted.blocked[who] = name;
        return {};
      },
      fmt::format("you take no messages from {0} any more; /unblock {0} ends it", name));
  return {};
}

result<void> carry_out(const asked& q, requests::unblock&& what) {
  if (auto own = check_has_account(q); !own) return own;
  const account_wishes* wanted = q.in.people().wishes_of(q.by.who());
  const account* known = q.in.people().find(what.who);
  const auto& all = wanted ? wanted->blocked : decltype(wanted->blocked)();
  const auto found = std::ranges::find_if(all, [&](const auto& one) {
    return (known && one.first == known->id) || fold_name(one.second) == fold_name(what.who);
  });
  if (found == all.end())
    return fail(errc::no_such_member,
                fmt::format("you have not blocked {}; /block lists whom you have",
                            prefix_of_bytes(sanitize_for_terminal(what.who), 40)));
  change_wishes(
      q, what.command,
      [who = found->first](account_wishes& w) -> result<void> {
        w.blocked.erase(who);
        return {};
      },
      fmt::format("you take messages from {} again", found->second));
  return {};
}

result<void> carry_out(const asked& q, requests::accept_requests&& what) {
  if (auto own = check_has_account(q); !own) return own;
  const auto sentence = [](bool on) {
    return on ? std::string("whoever has an account or is here may write to you")
              : std::string("only those to whom you have said something may write to you");
  };
  if (!what.on) {
    const account_wishes* wanted = q.in.people().wishes_of(q.by.who());
    answer_to(q, what.command, lines{sentence(!wanted || wanted->strangers)});
    return {};
  }
  change_wishes(
      q, what.command,
      [on = *what.on](account_wishes& w) -> result<void> {
        w.strangers = on;
        return {};
      },
      sentence(*what.on));
  return {};
}

} // namespace asio_chat::commands
