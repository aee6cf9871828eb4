#include "accounts/account_changes.hpp"

#include "accounts/certificate.hpp"
#include "accounts/passwords.hpp"
#include "accounts/policy.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "model/command_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio_chat {

using change_kind = account_change::kind;

std::string_view name_of(change_kind k) noexcept {
  switch (k) {
  case change_kind::add:
    return "add";
  case change_kind::disable:
    return "disable";
  case change_kind::enable:
    return "enable";
  case change_kind::reset:
    return "reset";
  case change_kind::remove:
    return "delete";
  case change_kind::forget:
    return "forget";
  case change_kind::certify:
    return "certify";
  case change_kind::uncertify:
    return "uncertify";
  case change_kind::role:
    return "role";
  }
  return {};
}

bool has_password(change_kind k) noexcept {
  return k == change_kind::add || k == change_kind::reset;
}

bool has_role(change_kind k) noexcept {
  return k == change_kind::add || k == change_kind::role;
}

bool needs_password(const account_change& c) noexcept {
  return has_password(c.what) && (c.what != change_kind::add || c.pin.empty());
}

namespace {

result<std::vector<fact>> facts_of_new(const people& known, const account_change& c,
                                       const std::string& hash) {
  const auto made = known.new_account(c.name, hash, c.as);
  if (!made) return made.error();
  std::vector<fact> facts{fact_of(*made)};
  if (c.pin.empty()) return facts;
  const auto key = read_pin(c.pin);
  if (!key) return fail(errc::bad_setting, key.error().message);
  const auto opens = known.new_certificate(*key, made->id, {}, true);
  if (!opens) return opens.error();
  facts.push_back(fact_of(*opens));
  return facts;
}

result<std::vector<fact>> facts_of_certificate(const people& known, const account& of,
                                               const account_change& c) {
  const auto key = read_pin(c.pin);
  if (!key) return fail(errc::bad_setting, key.error().message);
  if (c.what == change_kind::certify) {
    const auto made = known.new_certificate(*key, of.id, {}, true);
    if (!made) return made.error();
    return std::vector<fact>{fact_of(*made)};
  }
  const account_certificate* opens = known.find_certificate(*key);
  if (!opens || opens->account != of.id)
    return fail(errc::bad_setting, fmt::format("{} has no such certificate: asio-chatd account "
                                               "show {} prints those it has",
                                               of.name, of.name));
  return std::vector<fact>{without(fact_of(*opens))};
}

} // namespace

result<std::vector<fact>> facts_of(const people& known, const account_change& c,
                                   const std::string& hash) {
  const account* found = known.find(c.name);
  if (c.what == change_kind::add) {
    if (found)
      return fail(errc::name_taken, fmt::format("there is an account {} already", found->name));
    return facts_of_new(known, c, hash);
  }
  if (!found)
    return fail(errc::bad_setting, fmt::format("there is no account '{}': asio-chatd account list "
                                               "prints those there are",
                                               sanitize_for_log(c.name, 64)));
  if (c.what == change_kind::remove) return known.removal_of(*found);
  if (c.what == change_kind::forget) return known.forgetting(*found);
  if (c.what == change_kind::certify || c.what == change_kind::uncertify)
    return facts_of_certificate(known, *found, c);
  account a = *found;
  if (c.what == change_kind::role) {
    a.role = c.as;
    return std::vector<fact>{fact_of(a)};
  }
  std::vector<fact> facts;
  const auto add = [&facts](std::vector<fact> more) {
    std::ranges::move(more, std::back_inserter(facts));
  };
  if (c.what != change_kind::enable) {
    for (const device* d : known.devices_of(a.id))
      add_left_device(a, d->token);
    add(known.removal_of_devices(a.id));
  }
  if (c.what == change_kind::reset) {
    a.password_hash = hash;
    add(known.removal_of_factor(a.id));
    add(known.removal_of_certificates(a.id));
    add(known.removal_of_app_passwords(a.id));
  } else {
    a.disabled = c.what == change_kind::disable;
  }
  facts.push_back(fact_of(a));
  return facts;
}

std::string outcome_of(const account_change& c) {
  switch (c.what) {
  case change_kind::add:
  case change_kind::role:
    return fmt::format("{} is {} of this server", c.name, name_of(c.as));
  case change_kind::disable:
    return fmt::format("{}: disabled; all devices are logged out", c.name);
  case change_kind::enable:
    return fmt::format("{}: enabled", c.name);
  case change_kind::reset:
    return fmt::format("{}: has a new password, no second factor, no certificate and no app "
                       "password; all devices are logged out",
                       c.name);
  case change_kind::remove:
  case change_kind::forget:
    return fmt::format("{}: deleted", c.name);
  case change_kind::certify:
    return fmt::format("{}: opens from now on by the certificate", c.name);
  case change_kind::uncertify:
    return fmt::format("{}: opens no more by the certificate", c.name);
  }
  return {};
}

result<void> check_new_password(std::string_view password) {
  if (password != trim(password) || !is_sanitized(password) ||
      password.find_first_of("\t\n") != password.npos || !can_be_quoted(password))
    return fail(errc::bad_setting,
                "a password has to be UTF-8 without control characters, without blanks at its ends "
                "and without a \" before a blank; this one could not be typed in the chat");
  if (password.size() < shortest_password || password.size() > longest_password)
    return fail(errc::bad_setting,
                fmt::format("a password has {} to {} bytes", shortest_password, longest_password));
  return {};
}

} // namespace asio_chat
