// App passwords, and devices that came by them, among what is known of people.
#include "accounts/account_book.hpp"
#include "accounts/people.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat {

const device* people::find_device(const identity& token) const {
  return accounts_->find_device(token);
}

void people::take_app_password(const fact& f) {
  const identity secret = identity_of_key(f.key);
  if (const app_password* known = find_app_password(secret)) {
    app_secrets_.erase({known->account, known->number});
    app_passwords_.erase(secret);
  }
  if (f.value.empty()) return;
  app_password p = app_password_in(f);
  app_secrets_.insert_or_assign({p.account, p.number}, secret);
  app_passwords_.insert_or_assign(secret, std::move(p));
}

const app_password* people::find_app_password(const identity& secret) const {
  const auto found = app_passwords_.find(secret);
  return found == app_passwords_.end() ? nullptr : &found->second;
}

std::vector<const app_password*> people::app_passwords_of(const identity& account) const {
  std::vector<const app_password*> all;
  for (auto one = app_secrets_.lower_bound({account, 0});
       one != app_secrets_.end() && one->first.first == account; ++one)
    all.push_back(find_app_password(one->second));
  return all;
}

const app_password* people::app_password_of(const identity& account, std::uint64_t number) const {
  const auto found = app_secrets_.find({account, number});
  return found == app_secrets_.end() ? nullptr : find_app_password(found->second);
}

result<app_password> people::new_app_password(app_password asked) const {
  constexpr std::size_t max_app_passwords = 16;
  const auto others = app_passwords_of(asked.account);
  if (others.size() >= max_app_passwords)
    return fail(errc::not_allowed, fmt::format("an account has {} app passwords at most: "
                                               "/apppassword remove one",
                                               max_app_passwords));
  asked.number = others.empty() ? 1 : others.back()->number + 1;
  asked.made = time_.wall_now();
  return asked;
}

std::vector<fact> people::removal_of_app_passwords(const identity& account) const {
  std::vector<fact> gone;
  for (const app_password* p : app_passwords_of(account))
    gone.push_back(without(fact_of(*p)));
  return gone;
}

} // namespace asio_chat
