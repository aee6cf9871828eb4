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
    return "your account was deleted by the operator of this server";
  case account_change::kind::add:
  case account_change::kind::enable:
    break;
  }
  return {};
}

} // namespace

void hub::change_account(account_change c, people::done done) {
  if (!services_.passwords)
    return done(fail(errc::not_available, "this server keeps no accounts itself"));
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
          if (kept) {
            // Whoever bears the name is not who is written to by it.
            if (const account* made = people_.find(change.name);
                made && change.what == account_change::kind::add)
              make_way(made->name, made->id);
            note(fmt::format("the operator of the server: account {} {}", name_of(change.what),
                             change.name));
            const std::string_view farewell = farewell_of(change.what);
            const auto here = *of ? by_identity_.find(**of) : by_identity_.end();
            if (!farewell.empty() && here != by_identity_.end())
              close_all(*here->second, std::string(farewell));
          }
          done(kept);
        });
  };
  if (!has_password(c.what)) return keep(c, {});
  if (auto good = check_new_password(c.password); !good) return done(good);
  std::string password = std::exchange(c.password, {});
  services_.passwords->hash(std::move(password),
                            [keep, c, done, alive = alive()](const result<std::string>& hash) {
                              if (alive.expired()) return;
                              hash ? keep(c, *hash) : done(hash.error());
                            });
}

} // namespace asio_chat
