#include "domain/ignore_lists.hpp"

#include "domain/hub.hpp"
#include "model/hidden_members.hpp"

#include <set>
#include <string>
#include <vector>

namespace asio_chat {

std::set<std::string> ignored_names(const hub& in, const identity& account) {
  std::set<std::string> names;
  if (const ignored_members* all = in.people().ignored_by(account)) {
    for (const auto& [who, name] : all->accounts) {
      const asio_chat::account* a = in.people().find(who);
      if (a) names.insert(a->name); // and maybe another one while it is here
      // Who is gone is hidden where one looks back; the name may be another one's now.
      if (!a && !in.people().find(name)) names.insert(name);
      if (const member* here = in.find_member(who)) names.insert(here->name());
      for (const identity& token : a ? left_devices_of(*a) : std::vector<identity>())
        if (const member* guest = in.find_member(token)) names.insert(guest->name());
    }
    for (const auto& [folded, name] : all->others)
      names.insert(name);
  }
  return names;
}

namespace {

reply list_of(const hub& in, const identity& account) {
  const auto names = ignored_names(in, account);
  return list_of_hidden({names.begin(), names.end()});
}

} // namespace

void tell_ignored(hub& in, const endpoint& e) {
  if (in.people().find(e.who()) && !in.is_stranger(e.of())) e.tell(list_of(in, e.who()));
}

void tell_ignored(hub& in, const identity& account) {
  if (const member* m = in.find_member(account))
    for (const endpoint* e : m->endpoints())
      tell_ignored(in, *e);
}

void tell_who_ignores(hub& in, const identity& account) {
  if (!in.people().is_ignored(account)) return;
  in.sweep([&in, account](const member& m) {
    const ignored_members* all = in.people().ignored_by(m.who());
    if (all && all->accounts.contains(account)) tell_ignored(in, m.who());
  });
}

void tell_who_ignores(hub& in, const member& m) {
  if (m.has_account()) return tell_who_ignores(in, m.who());
  for (const identity& account : in.people().accounts_before(m.who()))
    tell_who_ignores(in, account);
}

} // namespace asio_chat
