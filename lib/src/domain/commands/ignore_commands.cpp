#include "accounts/self_facts.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"
#include "domain/ignore_lists.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t max_ignored = 200;
/// They are told to the clients in one message: a frame has some more.
constexpr std::size_t max_bytes = 60'000;

/// What they take of that: an account has its name, and may have one of the greatest length
/// besides.
std::size_t bytes_of(const ignored_members& list, const limits& l) {
  constexpr std::size_t around = 4; // quotes and a comma, or a field's head
  std::size_t bytes = list.accounts.size() * (4 * l.name_characters + around);
  for (const auto& [who, name] : list.accounts)
    bytes += name.size() + around;
  for (const auto& [folded, name] : list.others)
    bytes += name.size() + around;
  return bytes;
}

/// Changes whom the account ignores; when it is kept, its clients are told, and then `done`.
void change_ignored(const asked& q, std::string_view command,
                    std::function<result<void>(ignored_members&)> change, std::string done) {
  const later_answer answer(q, command);
  q.in.people().change(
      [in = q.in.alive(), who = q.by.who(),
       change = std::move(change)]() -> result<std::vector<fact>> {
        people& all = (*in.lock())->people(); // it asks for them
        if (!all.find(who)) return fail(errc::login_required, "your account is gone");
        ignored_members list = all.ignored_or_new(who);
        if (auto changed = change(list); !changed) return changed.error();
        return std::vector<fact>{list.empty() ? without(fact_of(list)) : fact_of(list)};
      },
      [in = q.in.alive(), who = q.by.who(), answer,
       done = std::move(done)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(for_members(kept.error()));
        tell_ignored(**alive, who);
        answer(lines{done});
      });
}

lines list_of_ignored(const asked& q) {
  const ignored_members* known = q.in.people().ignored_by(q.by.who());
  lines all;
  if (known) {
    for (const auto& [who, name] : known->accounts) {
      const account* a = q.in.people().find(who);
      all.push_back(a ? a->name : name);
    }
    for (const auto& [folded, name] : known->others)
      all.push_back(name);
  }
  if (all.empty()) return {"you ignore nobody"};
  std::ranges::sort(all);
  return {fmt::format("ignoring {}", fmt::join(all, ", "))};
}

} // namespace

result<void> carry_out(const asked& q, requests::ignore&& what) {
  if (auto own = check_has_account(q); !own) return own;
  if (what.who.empty()) {
    answer_to(q, what.command, list_of_ignored(q));
    return {};
  }
  const member* here = q.in.find_member(what.who);
  const account* known = here ? nullptr : q.in.people().find(what.who);
  const auto name = here    ? result<std::string>(here->name())
                    : known ? result<std::string>(known->name)
                            : check_member_name(what.who, q.in.limits());
  if (!name) return name.error(); // nobody can be called so
  const bool has_account = known || (here && here->has_account());
  const identity who = here ? here->who() : known ? known->id : identity();
  if (here == &q.by.of() || (known && known->id == q.by.who()))
    return fail(errc::bad_arguments, "that is you; what you say cannot be hidden");
  change_ignored(
      q, what.command,
      [in = q.in.alive(), who, has_account, name = *name,
       allowed = &q.in.limits()](ignored_members& list) -> result<void> {
        if (has_account && !(*in.lock())->people().find(who))
          return fail(errc::no_such_member, fmt::format("the account {} is gone", name));
        const bool is_there =
            has_account ? list.accounts.contains(who) : list.others.contains(fold_name(name));
        if (!is_there && list.size() >= max_ignored)
          return fail(
              errc::not_allowed,
              fmt::format("you ignore {} members, which is the most: /unignore one", max_ignored));
        if (has_account)
          list.accounts[who] = name;
        else
          list.others[fold_name(name)] = name;
        if (bytes_of(list, *allowed) > max_bytes)
          return fail(errc::not_allowed,
                      "you ignore as many members with long names as your clients can be told of: "
                      "/unignore one");
        return {};
      },
      fmt::format("ignoring {0}; /unignore {0} ends it", *name));
  return {};
}

result<void> carry_out(const asked& q, requests::unignore&& what) {
  if (auto own = check_has_account(q); !own) return own;
  const ignored_members* list = q.in.people().ignored_by(q.by.who());
  const std::string folded = fold_name(what.who);
  const member* here = q.in.find_member(what.who);
  const account* known = q.in.people().find(what.who);
  std::vector<identity> accounts;
  if (list)
    for (const auto& [who, name] : list->accounts)
      if ((here && who == here->who()) || (known && who == known->id) || fold_name(name) == folded)
        accounts.push_back(who);
  const bool as_other = list && list->others.contains(folded);
  if (accounts.empty() && !as_other)
    return fail(errc::no_such_member,
                fmt::format("you do not ignore {}; /ignore lists whom you do",
                            prefix_of_bytes(sanitize_for_terminal(what.who), 40)));
  change_ignored(
      q, what.command,
      [accounts, folded](ignored_members& all) -> result<void> {
        for (const identity& who : accounts)
          all.accounts.erase(who);
        all.others.erase(folded);
        return {};
      },
      fmt::format("{} is not ignored any more", as_other ? list->others.at(folded)
                                                : here   ? here->name()
                                                : known  ? known->name
                                                         : list->accounts.at(accounts.front())));
  return {};
}

} // namespace asio_chat::commands
