// What operators do with accounts while their members are here.
#include "accounts/account_changes.hpp"
#include "accounts/passwords.hpp"
#include "domain/hub.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

namespace asio_chat {

namespace {

/// What those who are in it are told; empty: it ends nobody's connection.
std::string_view farewell_of(account_change::kind k) {
  switch (k) {
  case account_change::kind::disable:
    return "your account was disabled by the operator of this server";
  case account_change::kind::reset:
    return "your account was given another password by the operator of this server; log in with it";
  case account_change::kind::remove:
  case account_change::kind::forget:
    return "your account was deleted by the operator of this server";
  case account_change::kind::add:
  case account_change::kind::enable:
  case account_change::kind::role:
  case account_change::kind::certify:
  case account_change::kind::uncertify: // only of those who came by it
    break;
  }
  return {};
}

} // namespace

void hub::account_changed(const account_change& c, const identity& of) {
  const bool gives = c.what == account_change::kind::role;
  note(fmt::format("the operator of the server: account {} {}{}{}", name_of(c.what), c.name,
                   gives ? " " : "", gives ? name_of(c.as) : ""));
  if (gives) take_role(of);
  // Whoever bears the name is not who is written to by it.
  if (const account* made = people_.find(c.name); made && c.what == account_change::kind::add)
    make_way(made->name, made->id);
  const std::string_view farewell = farewell_of(c.what);
  const auto here = by_identity_.find(of);
  if (!farewell.empty() && here != by_identity_.end())
    close_all(*here->second, std::string(farewell));
  if (c.what == account_change::kind::remove || c.what == account_change::kind::forget)
    exports_.drop(of);
  if (c.what == account_change::kind::uncertify)
    close_those(
        of, [key = *read_pin(c.pin)](const endpoint& e) { return e.came_by(key); },
        "your certificate was removed by the operator of this server");
  if (c.what != account_change::kind::forget) return;
  const auto gone = people_.farewells().find(of);
  if (c.receipt && services_.people && gone != people_.farewells().end())
    *c.receipt = services_.people->sign(statement_of(gone->second, log().head()));
  forgetter_.begin();
}

void hub::change_account(account_change c, people::done done) {
  if (!services_.passwords)
    return done(fail(errc::not_available, "this server keeps no accounts itself"));
  if (c.what == account_change::kind::forget && (!log().destroys() || !log().lists()))
    return done(fail(errc::not_available,
                     "this server's history cannot destroy what the account has said"));
  if (c.what == account_change::kind::add) {
    auto name = check_member_name(c.name, limits());
    if (!name) return done(name.error());
    c.name = *std::move(name);
  }
  const auto keep = [this, alive = alive(), done](const account_change& change,
                                                  const std::string& hash) {
    const auto of = std::make_shared<std::optional<identity>>();
    people_.change(
        [this, change, hash, of] {
          if (const account* a = people_.find(change.name)) *of = a->id;
          return facts_of(people_, change, hash);
        },
        [this, alive, done, change, of](const result<void>& kept) {
          if (alive.expired()) return;
          if (kept) account_changed(change, of->value_or(identity()));
          done(kept);
        });
  };
  if (!has_password(c.what) || (c.password.empty() && !needs_password(c))) return keep(c, {});
  if (auto good = check_new_password(c.password); !good) return done(good);
  std::string password = std::exchange(c.password, {});
  services_.passwords->hash(std::move(password),
                            [keep, c, done, alive = alive()](const result<std::string>& hash) {
                              if (alive.expired()) return;
                              hash ? keep(c, *hash) : done(hash.error());
                            });
}

} // namespace asio_chat
