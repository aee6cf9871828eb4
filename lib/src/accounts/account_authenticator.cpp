#include "accounts/account_authenticator.hpp"

#include "base/sanitize.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <memory>
#include <variant>

namespace asio_chat {

namespace {

/// To come back with the same certificate is of no use.
denial useless(std::string why) {
  return {fail(errc::not_allowed, std::move(why)), close_code::removed};
}

std::variant<std::string, denial> name_of(const shown_certificate& c, const limits& allowed) {
  const std::size_t count = c.common_names.size();
  if (count != 1)
    return useless(fmt::format("your certificate has {}, and here its common name is who you are",
                               count == 0 ? "no common name" : "several common names"));
  auto name = check_member_name(c.common_names.front(), allowed);
  if (name) return *std::move(name);
  constexpr std::size_t shown = 64;
  return useless(fmt::format("the common name of your certificate, {}, is no name here: {}",
                             sanitize_for_log(c.common_names.front(), shown, quotes::escape),
                             name.error().message));
}

} // namespace

void account_authenticator::admit(credentials c, admit_done done) {
  if (c.name_follows) return first_->admit(std::move(c), std::move(done)); // asked again with it
  shown by{c.shown, c.name};
  first_->admit(std::move(c), [this, by = std::move(by), done = std::move(done)](answer a) {
    auto* yes = std::get_if<admission>(&a);
    if (yes == nullptr) return done(std::move(a));
    if (auto no = find_account(*yes, by)) return done(*std::move(no));
    done(std::move(a));
  });
}

std::optional<denial> account_authenticator::find_account(admission& a, const shown& by) const {
  if (!a.token.empty()) a.device = a.who;
  certificate_login came;
  if (identity_of_name_)
    if (auto no = take_name(a, by, came)) return no;
  const account* known = nullptr;
  if (by.certificate) {
    came.key = by.certificate->key;
    known = came.name.empty() ? people_.of_certificate(came.key, by.name) : people_.find(came.name);
    came.opened = known != nullptr;
    a.may_come_back |= came.opened;
    a.certificate = std::make_shared<const certificate_login>(came);
  }
  if (!known && came.name.empty() && a.device) {
    known = people_.of_device(*a.device);
    if (const device* d = known ? people_.find_device(*a.device) : nullptr; d && d->app != 0) {
      const app_password* app = people_.app_password_of(d->account, d->app);
      if (!app) return {}; // it was removed, and so nothing is left of it
      a.app = std::make_shared<const app_limit>(limit_of(*app));
    }
  }
  if (known == nullptr) return {};
  if (known->disabled) return useless("this account is disabled");
  a.who = known->id;
  a.name = known->name;
  a.as = known->role;
  a.has_account = true;
  return {};
}

std::optional<denial> account_authenticator::take_name(admission& a, const shown& by,
                                                       certificate_login& came) const {
  if (!by.certificate) return useless("here certificates say who is who, and you have shown none");
  const auto named = name_of(*by.certificate, limits_);
  if (const auto* no = std::get_if<denial>(&named)) return *no;
  const std::string& name = std::get<std::string>(named);
  if (!by.name.empty() && fold_name(by.name) != fold_name(name))
    return denial{fail(errc::not_allowed,
                       fmt::format("your certificate stands for {0}: come in as {0}", name))};
  const auto who = identity_of_name_(fold_name(name));
  if (!who) return denial{who.error()};
  came.name = name;
  a.who = *who;
  a.name = name;
  a.may_come_back = true;
  return {};
}

} // namespace asio_chat
