#include "domain/commands/credentials.hpp"

#include "accounts/passwords.hpp"
#include "domain/hub.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::commands {

result<void> check_accounts(const asked& q) {
  if (q.in.parts().passwords != nullptr) return {};
  return fail(errc::not_available, "this server keeps no accounts of its own");
}

result<void> check_has_account(const asked& q) {
  if (q.in.people().find(q.by.who())) return {};
  if (q.in.parts().passwords == nullptr)
    return fail(errc::not_available,
                "this is kept with an account, and this server keeps no accounts of its own");
  return fail(errc::login_required,
              "this is kept with an account: /login to yours, or /register makes one");
}

result<void> check_certificate_name(const asked& q, std::string_view wanted) {
  const certificate_login* shown = q.by.certificate();
  if (!shown || shown->name.empty() || fold_name(wanted) == fold_name(shown->name)) return {};
  return fail(
      errc::not_allowed,
      fmt::format("your certificate stands for {}, and here you are nobody else", shown->name));
}

void refuse_password(hub& in, const endpoint& by, login_attempts::attempt& tried,
                     const account* of) {
  tried.failed();
  if (in.parts().on_wrong_password) in.parts().on_wrong_password(by.session(), of);
}

std::vector<fact> without_devices(const people& p, const identity& account,
                                  const std::vector<const device*>& gone) {
  constexpr std::size_t max_marks = 256; // of a ban: the oldest of more go
  std::vector<fact> f;
  for (const device* d : gone)
    f.push_back(without(fact_of(*d)));
  if (gone.empty()) return f;
  if (const asio_chat::account* a = p.find(account)) {
    asio_chat::account left = *a;
    for (const device* d : gone)
      add_left_device(left, d->token);
    f.push_back(fact_of(left));
  }
  for (const ban* b : p.bans_of(account)) {
    if (p.is_over(*b)) continue;
    ban more = *b;
    for (const device* d : gone) {
      if (std::ranges::count(more.devices, d->token) != 0) continue;
      if (more.devices.size() >= max_marks) more.devices.erase(more.devices.begin());
      more.devices.push_back(d->token);
    }
    if (more.devices != b->devices) f.push_back(fact_of(more));
  }
  return f;
}

result<void> check_unchanged(const hub& in, const identity& id, std::string_view password_hash) {
  const account* a = in.people().find(id);
  if (!a) return fail(errc::not_allowed, "the account is gone");
  if (a->disabled || std::string_view(a->password_hash) != password_hash)
    return fail(errc::not_allowed, "the account was changed meanwhile");
  return {};
}

same_login::same_login(const asked& q)
    : account_(q.by.who())
    , connection_(q.by.number()) {
  const certificate_login* shown = q.by.certificate();
  if (shown && shown->opened) {
    if (shown->name.empty()) certificate_ = shown->key;
  } else if (!q.by.token_is_chosen()) {
    device_ = q.by.token();
  }
  if (const account* a = q.in.people().find(account_)) password_hash_ = a->password_hash;
}

result<void> same_login::check(const hub& in) const {
  const people& p = in.people();
  const account* a = p.find(account_);
  if (!a || a->disabled) return fail(errc::not_allowed, "the account is gone");
  const endpoint* by = in.find_endpoint(connection_);
  const account* of = device_ ? p.of_device(*device_) : a;
  const account_certificate* c = certificate_ ? p.find_certificate(*certificate_) : nullptr;
  if (!by || by->is_dismissed() || by->who() != account_ || !of || of->id != account_ ||
      (certificate_ && (!c || c->account != account_)))
    return fail(errc::not_allowed, "you were logged out meanwhile");
  return check_unchanged(in, account_, password_hash_);
}

result<void> confirm_password(const asked& q, std::string_view command, std::string password,
                              std::function<void(hub&, endpoint&, const later_answer&)> then) {
  if (auto can = check_accounts(q); !can) return can;
  const account* a = q.in.people().find(q.by.who());
  if (!q.by.of().has_account() || !a)
    return fail(errc::bad_arguments, "you are not logged in to an account");
  const auto begun = q.in.attempts().begin(fold_name(a->name), q.by.host());
  if (!begun) return begun.error();
  const std::string hash(a->password_hash);
  q.in.parts().passwords->verify(
      hash, std::move(password),
      [in = q.in.alive(), number = q.by.number(), id = a->id, hash,
       answer = later_answer(q, command), tried = *begun,
       then = std::move(then)](const result<bool>& fits) {
        const auto alive = in.lock();
        endpoint* by = alive ? (*alive)->find_endpoint(number) : nullptr;
        if (by == nullptr) return;
        if (!fits) return answer(fits.error());
        if (!*fits) {
          refuse_password(**alive, *by, *tried, (*alive)->people().find(id));
          return answer(fail(errc::not_allowed, "wrong password"));
        }
        tried->succeeded();
        if (by->who() != id)
          return answer(fail(errc::not_allowed, "you have logged out meanwhile"));
        if (auto same = check_unchanged(**alive, id, hash); !same) return answer(same.error());
        then(**alive, *by, answer);
      });
  return {};
}

} // namespace asio_chat::commands
