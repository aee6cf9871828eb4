#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/whom.hpp"
#include "domain/hub.hpp"
#include "domain/time_words.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::commands {

namespace {

std::string standing_of(const hub& in, const member& m) {
  const bool certified = std::ranges::any_of(m.endpoints(), [](const endpoint* e) {
    return e->certificate() && !e->certificate()->name.empty();
  });
  if (m.has_account()) {
    const account* a = in.people().find(m.who());
    if (!a) return fmt::format("an account, {} of this server", name_of(m.role()));
    const bool renamed = fold_name(a->name) != fold_name(m.name());
    return fmt::format("{}{}, {} of this server", renamed ? "the account " : "an account",
                       renamed ? a->name : std::string(), role_text(in, a->id, a->role));
  }
  if (certified) return "who the certificate says, without an account";
  if (!m.user().empty()) return fmt::format("known to this server, {} of it", name_of(m.role()));
  return "a guest";
}

void add_displayed(const hub& in, const identity& account, lines& told) {
  if (const std::string* name = in.people().displayed_by(account))
    told.push_back(fmt::format("displayed as \"{}\"", *name));
}

/// What opened it for this connection.
std::string way_of(const hub& in, const endpoint& e) {
  if (!e.of().has_account())
    return e.certificate() ? "with a certificate" : "without a certificate";
  if (e.app()) return fmt::format("by app password {}", e.app()->number);
  if (e.certificate() && e.certificate()->opened) {
    const account_certificate* c = in.people().find_certificate(e.certificate()->key);
    return c ? fmt::format("by certificate {}", c->number) : "by the name of the certificate";
  }
  for (const device* d : in.people().devices_of(e.who()))
    if (e.token() == d->token) return fmt::format("by device {}", d->number);
  return "by a password";
}

} // namespace

result<void> carry_out(const asked& q, requests::show_member&& what) {
  const member* m = q.in.find_member(what.who);
  const account* a = m ? nullptr : q.in.people().find(what.who);
  if (a) m = q.in.find_member(a->id); // under another name
  if (!m) {
    if (!a)
      return fail(errc::no_such_member,
                  fmt::format("nobody here is called {}, and no account",
                              prefix_of_bytes(sanitize_for_terminal(what.who), 40)));
    lines told{fmt::format("{}: an account, {} of this server; not here", a->name,
                           role_text(q.in, a->id, a->role))};
    add_displayed(q.in, a->id, told);
    answer_to(q, what.command, std::move(told));
    return {};
  }
  lines told{
      fmt::format("{}: {}, here since {}", m->name(), standing_of(q.in, *m), minute_of(m->came()))};
  add_displayed(q.in, m->who(), told);
  if (!m->away().empty()) told.push_back(fmt::format("away: {}", m->away()));
  const bool operates = hub::rights_on_server(q.by).has(right::read_audit) && !q.by.app();
  if (m != &q.by.of() && !operates) {
    answer_to(q, what.command, std::move(told));
    return {};
  }
  for (const endpoint* e : m->endpoints()) {
    const std::string host = operates ? host_text(e->host()) : std::string();
    told.push_back(
        fmt::format("came {}{}{}", way_of(q.in, *e), host.empty() ? "" : ", from ", host));
  }
  answer_to(q, what.command, std::move(told));
  return {};
}

} // namespace asio_chat::commands
