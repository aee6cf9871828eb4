#include "accounts/people.hpp"

#include "accounts/account_book.hpp"
#include "base/ascii.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace asio_chat {

people::people(people_store* store, const clock& time, scheduler later)
    : store_(store)
    , time_(time)
    , later_(std::move(later))
    , self_(std::make_shared<people*>(this))
    , accounts_(std::make_unique<account_book>()) {
  if (store_ == nullptr) return;
  store_->facts_at_start([this](const fact& f) { take(f); });
}

people::~people() = default;

void people::change(maker make, done then) {
  waiting_.push_back({std::move(make), std::move(then)});
  if (waiting_.size() > 1) return;
  later_([self = std::weak_ptr(self_)] {
    if (const auto alive = self.lock()) (*alive)->begin_next();
  });
}

void people::begin_next() {
  auto facts = waiting_.front().make();
  auto then = std::move(waiting_.front().then);
  auto after = [self = std::weak_ptr(self_), facts, then = std::move(then)](result<void> how) {
    if (const auto alive = self.lock())
      (*alive)->kept(facts ? *facts : std::vector<fact>(), then, std::move(how));
  };
  if (!facts) return later_([after, why = facts.error()] { after(why); });
  if (store_ == nullptr || facts->empty()) return later_([after] { after({}); });
  store_->keep(*facts, after);
}

void people::kept(const std::vector<fact>& facts, const done& then, result<void> how) {
  if (how) {
    for (const fact& f : facts)
      take(f);
  }
  waiting_.pop_front();
  if (!waiting_.empty()) {
    later_([self = std::weak_ptr(self_)] {
      if (const auto alive = self.lock()) (*alive)->begin_next();
    });
  }
  then(std::move(how)); // may be the end of this
}

void people::saw(const identity& token) {
  constexpr std::chrono::hours precision{1};
  const device* known = accounts_->find_device(token);
  if (known == nullptr || time_.wall_now() - known->seen < precision) return;
  seen_.insert(token);
  if (!std::exchange(keeps_seen_, true)) keep_seen();
}

void people::keep_seen() {
  constexpr std::size_t max_at_once = 128;
  change(
      [this]() -> result<std::vector<fact>> {
        std::vector<fact> facts;
        while (!seen_.empty() && facts.size() < max_at_once) {
          const device* known = accounts_->find_device(*seen_.begin());
          seen_.erase(seen_.begin());
          if (known == nullptr) continue; // logged out meanwhile
          device d = *known;
          d.seen = time_.wall_now();
          facts.push_back(fact_of(d));
        }
        return facts;
      },
      [this](const result<void>&) {
        keeps_seen_ = !seen_.empty();
        if (keeps_seen_) keep_seen();
      });
}

void people::take(const fact& f) {
  switch (f.kind) {
  case fact_kind::account:
    return take_account(f);
  case fact_kind::device:
    return take_device(f);
  case fact_kind::room:
    return take_room(f);
  case fact_kind::ban:
    if (f.value.empty()) {
      bans_.remove(static_cast<std::uint64_t>(std::stoull(f.key)));
    } else {
      bans_.put(ban_in(f));
    }
    return;
  case fact_kind::factor:
    if (f.value.empty()) {
      factors_.erase(identity_of_key(f.key));
    } else {
      factors_.insert_or_assign(identity_of_key(f.key), factor_in(f));
    }
    return;
  case fact_kind::invitation:
    if (f.value.empty()) {
      invitations_.erase(f.key);
    } else {
      invitations_.insert_or_assign(f.key, invitation_in(f));
    }
    return;
  case fact_kind::certificate:
    return take_certificate(f);
  case fact_kind::limit:
    if (f.value.empty()) {
      limits_.erase(f.key);
    } else {
      limits_.insert_or_assign(f.key, limit_in(f));
    }
    return;
  case fact_kind::direct_log:
    return take_direct_log(f);
  case fact_kind::wishes:
    if (f.value.empty()) {
      wishes_.erase(identity_of_key(f.key));
    } else {
      wishes_.insert_or_assign(identity_of_key(f.key), wishes_in(f));
    }
    return;
  case fact_kind::ignored:
    return take_ignored(f);
  case fact_kind::farewell:
    return take_farewell(f);
  case fact_kind::displayed:
    return take_displayed(f);
  case fact_kind::reads:
    return reads_.take(f);
  case fact_kind::app_password:
    return take_app_password(f);
  }
  // Of a later version of the program: kept, and not understood.
}

void people::take_account(const fact& f) {
  const identity id = identity_of_key(f.key);
  std::string before;
  if (const account* known = accounts_->find(id)) {
    before = known->name;
    looks_.remove(before, id);
    for (const identity& token : left_devices_of(*known))
      left_devices_.erase({token, id});
  }
  std::string now;
  if (f.value.empty()) {
    accounts_->remove_account(id);
  } else {
    account a = account_in(f);
    now = a.name;
    looks_.put(now, a.id);
    for (const identity& token : left_devices_of(a))
      left_devices_.emplace(token, a.id);
    accounts_->put(std::move(a));
  }
  if (before == now) return;
  tell_of_name(before, id);
  tell_of_name(now, id);
}

void people::tell_of_name(const std::string& name, const identity& whose) {
  if (name.empty()) return;
  if (listener_.displayed && !displayed_.empty()) {
    std::set<identity> alike;
    for (const std::string& look : looks_of(name)) {
      const auto [first, last] = displayed_looks_.equal_range(look);
      for (auto it = first; it != last; ++it)
        if (it->second != whose) alike.insert(it->second);
    }
    for (const identity& account : alike)
      listener_.displayed(account);
  }
  if (!listener_.name_passed_on || ignored_names_.empty()) return;
  std::set<identity> gone;
  const auto [first, last] = ignored_names_.equal_range(fold_name(name));
  for (auto it = first; it != last; ++it)
    if (!find(it->second)) gone.insert(it->second);
  for (const identity& account : gone)
    listener_.name_passed_on(account);
}

void people::take_room(const fact& f) {
  guest_rooms_.erase(f.key);
  short_rooms_.erase(f.key);
  if (f.value.empty()) {
    rooms_.erase(f.key);
    return;
  }
  const auto taken = rooms_.insert_or_assign(f.key, room_in(f)).first;
  if (taken->second.is_left_by_guests()) guest_rooms_.insert(f.key);
  if (taken->second.keeps_less()) short_rooms_.insert(f.key);
}

void people::take_device(const fact& f) {
  if (f.value.empty()) return accounts_->remove_device(identity_of_key(f.key));
  accounts_->put(device_in(f));
}

void people::take_certificate(const fact& f) {
  if (!f.value.empty()) return accounts_->put(certificate_in(f));
  if (const auto key = parse_pin(f.key)) accounts_->remove_certificate(*key);
}

const account* people::find(std::string_view name) const {
  return accounts_->find_name(fold_name(name));
}

const account* people::find(const identity& id) const {
  return accounts_->find(id);
}

std::size_t people::account_count() const noexcept {
  return accounts_->size();
}

const account* people::of_device(const identity& token) const {
  const device* d = accounts_->find_device(token);
  return d == nullptr ? nullptr : find(d->account);
}

bool people::has_lookalike(std::string_view name, const identity& of) const {
  return has_lookalike(looks_of(name), of);
}

bool people::has_lookalike(const std::vector<std::string>& looks, const identity& of) const {
  return std::ranges::any_of(looks, [&](const std::string& look) {
    if (const account* a = ascii::is_ascii(look) ? find(look) : nullptr; a && a->id != of)
      return true;
    return std::ranges::any_of(looks_.owners_of(look), [&](const identity& o) { return o != of; });
  });
}

std::vector<const account*> people::accounts() const {
  return accounts_->accounts();
}

std::vector<const device*> people::devices_of(const identity& account) const {
  return accounts_->devices_of(account);
}

const account_certificate* people::find_certificate(const key_hash& key) const {
  return accounts_->find_certificate(key);
}

const account* people::of_certificate(const key_hash& key, std::string_view asked) const {
  const account_certificate* c = find_certificate(key);
  const account* a = c ? find(c->account) : nullptr;
  return a && (c->proven || fold_name(asked) == fold_name(a->name)) ? a : nullptr;
}

std::vector<const account_certificate*> people::certificates_of(const identity& account) const {
  return accounts_->certificates_of(account);
}

const account_factor* people::factor_of(const identity& account) const {
  const auto found = factors_.find(account);
  return found == factors_.end() ? nullptr : &found->second;
}

const invitation* people::find_invitation(std::string_view code) const {
  const auto found = invitations_.find(code);
  if (found == invitations_.end() || time_.wall_now() >= found->second.until) return nullptr;
  return &found->second;
}

const room_facts* people::room(std::string_view name) const {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : &found->second;
}

result<account> people::new_account(std::string name, std::string password_hash,
                                    role on_server) const {
  if (find(name) != nullptr)
    return fail(errc::name_taken, fmt::format("there is an account {} already", name));
  if (has_lookalike(name, {}))
    return fail(
        errc::name_taken,
        fmt::format("the name {} looks like that of another account; choose one that nobody "
                    "takes for somebody else's",
                    name));
  return account{draw_identity(), std::move(name), std::move(password_hash),
                 on_server,       false,           time_.wall_now()};
}

device people::new_device(const identity& token, const identity& account) const {
  const auto others = devices_of(account);
  return {token, account, others.empty() ? 1 : others.back()->number + 1, time_.wall_now(),
          time_.wall_now()};
}

result<account_certificate> people::new_certificate(const key_hash& key, const identity& account,
                                                    std::string subject, bool proven) const {
  constexpr std::size_t max_certificates = 32;
  const auto others = certificates_of(account);
  account_certificate made{key,
                           account,
                           others.empty() ? 1 : others.back()->number + 1,
                           time_.wall_now(),
                           std::move(subject),
                           proven};
  if (const account_certificate* known = find_certificate(key)) {
    if (known->proven || !proven) {
      return fail(errc::bad_arguments,
                  known->account == account
                      ? fmt::format("this certificate is yours already, number {}", known->number)
                      : "this certificate is another account's; a certificate is one person's");
    }
    if (known->account == account) {
      made.number = known->number;
      return made;
    }
  }
  if (others.size() >= max_certificates)
    return fail(
        errc::not_allowed,
        fmt::format("an account has {} certificates at most: /cert remove one", max_certificates));
  return made;
}

room_facts people::room_or_new(std::string_view name) const {
  const room_facts* known = room(name);
  if (known) return *known;
  room_facts made;
  made.name = name;
  return made;
}

std::vector<fact> people::removal_of(const account& a) const {
  std::vector<fact> gone = removal_of_devices(a.id);
  for (fact& f : removal_of_factor(a.id))
    gone.push_back(std::move(f));
  for (fact& f : removal_of_certificates(a.id))
    gone.push_back(std::move(f));
  for (fact& f : removal_of_app_passwords(a.id))
    gone.push_back(std::move(f));
  for (const identity& other : correspondents_of(a.id))
    gone.push_back(without(fact_of(*find_direct(a.id, other))));
  if (const account_wishes* w = wishes_of(a.id)) gone.push_back(without(fact_of(*w)));
  if (const ignored_members* i = ignored_by(a.id)) gone.push_back(without(fact_of(*i)));
  if (reads_.of(a.id)) gone.push_back(without(fact_of(account_reads{a.id})));
  if (displayed_.contains(a.id)) gone.push_back(without(fact_of(displayed_name{a.id, {}})));
  gone.push_back(without(fact_of(a)));
  return gone;
}

std::vector<fact> people::removal_of_factor(const identity& account) const {
  const account_factor* f = factor_of(account);
  if (f == nullptr) return {};
  return {without(fact_of(*f))};
}

std::vector<fact> people::removal_of_certificates(const identity& account) const {
  std::vector<fact> gone;
  for (const account_certificate* c : certificates_of(account))
    gone.push_back(without(fact_of(*c)));
  return gone;
}

std::vector<fact> people::removal_of_devices(const identity& account) const {
  std::vector<fact> gone;
  for (const device* d : devices_of(account))
    gone.push_back(without(fact_of(*d)));
  return gone;
}

std::vector<fact> people::removal_of_old_invitations() const {
  std::vector<fact> gone;
  for (const auto& [code, i] : invitations_)
    if (time_.wall_now() >= i.until) gone.push_back(without(fact_of(i)));
  return gone;
}

identity draw_identity() {
  std::random_device source;
  std::uniform_int_distribution<unsigned> any(0, 255);
  identity who{};
  std::ranges::generate(who, [&] { return static_cast<std::uint8_t>(any(source)); });
  return who;
}

} // namespace asio_chat
