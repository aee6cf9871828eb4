#include "accounts/account_book.hpp"

#include "base/random_key_hash.hpp"
#include "names/member_name.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>

namespace asio_chat {

namespace {

/// Of a key that is random, or a hash.
template <std::size_t N>
std::uint32_t hash_of(const std::array<std::uint8_t, N>& key) noexcept {
  return static_cast<std::uint32_t>(random_key_hash()(key));
}

/// @param folded see `fold_name`
std::uint32_t hash_of_name(std::string_view folded) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(folded));
}

/// @param first of the list
template <class Pool>
void put_in(Pool& pool, record_number& first, record_number n) {
  pool[n].next = std::exchange(first, n);
  if (pool[n].next != no_record) pool[pool[n].next].previous = n;
}

template <class Pool>
void take_out(Pool& pool, record_number& first, record_number n) {
  const auto& gone = pool[n];
  if (gone.next != no_record) pool[gone.next].previous = gone.previous;
  (gone.previous == no_record ? first : pool[gone.previous].next) = gone.next;
}

template <class Opener, class Pool>
std::vector<const Opener*> all_in(const Pool& pool, record_number first) {
  std::vector<const Opener*> all;
  for (record_number n = first; n != no_record; n = pool[n].next)
    all.push_back(&pool[n]);
  std::ranges::sort(all, {}, &Opener::number);
  return all;
}

} // namespace

record_number account_book::find_number(const identity& account) const {
  return by_id_.find(hash_of(account), [&](record_number n) { return accounts_[n].id == account; });
}

record_number account_book::find_device_number(const identity& token) const {
  return by_token_.find(hash_of(token),
                        [&](record_number n) { return devices_[n].token == token; });
}

record_number account_book::find_certificate_number(const key_hash& key) const {
  return by_key_.find(hash_of(key), [&](record_number n) { return certificates_[n].key == key; });
}

record_number account_book::number_of(const identity& account) {
  record_number n = find_number(account);
  if (n != no_record) return n;
  n = accounts_.add();
  accounts_[n].id = account;
  by_id_.put(hash_of(account), n);
  return n;
}

void account_book::forget_name(record_number n) {
  if (accounts_[n].name.empty()) return;
  by_name_.remove(hash_of_name(fold_name(accounts_[n].name)), n);
  --count_;
}

void account_book::forget_if_empty(record_number n) {
  const known_account& a = accounts_[n];
  if (!a.name.empty() || a.first_device != no_record || a.first_certificate != no_record) return;
  by_id_.remove(hash_of(a.id), n);
  accounts_.remove(n);
}

void account_book::put(account a) {
  const record_number n = number_of(a.id);
  forget_name(n);
  static_cast<account&>(accounts_[n]) = std::move(a);
  by_name_.put(hash_of_name(fold_name(accounts_[n].name)), n);
  ++count_;
}

void account_book::put(device d) {
  remove_device(d.token);
  const record_number n = devices_.add();
  static_cast<device&>(devices_[n]) = std::move(d);
  by_token_.put(hash_of(devices_[n].token), n);
  put_in(devices_, accounts_[number_of(devices_[n].account)].first_device, n);
}

void account_book::put(account_certificate c) {
  remove_certificate(c.key);
  const record_number n = certificates_.add();
  static_cast<account_certificate&>(certificates_[n]) = std::move(c);
  by_key_.put(hash_of(certificates_[n].key), n);
  put_in(certificates_, accounts_[number_of(certificates_[n].account)].first_certificate, n);
}

void account_book::remove_account(const identity& id) {
  const record_number n = find_number(id);
  if (n == no_record) return;
  forget_name(n);
  account empty;
  empty.id = id;
  static_cast<account&>(accounts_[n]) = std::move(empty);
  forget_if_empty(n);
}

void account_book::remove_device(const identity& token) {
  const record_number n = find_device_number(token);
  if (n == no_record) return;
  const record_number of = find_number(devices_[n].account);
  take_out(devices_, accounts_[of].first_device, n);
  by_token_.remove(hash_of(token), n);
  devices_.remove(n);
  forget_if_empty(of);
}

void account_book::remove_certificate(const key_hash& key) {
  const record_number n = find_certificate_number(key);
  if (n == no_record) return;
  const record_number of = find_number(certificates_[n].account);
  take_out(certificates_, accounts_[of].first_certificate, n);
  by_key_.remove(hash_of(key), n);
  certificates_.remove(n);
  forget_if_empty(of);
}

const account* account_book::find_name(std::string_view folded) const {
  const record_number n = by_name_.find(hash_of_name(folded), [&](record_number one) {
    return fold_name(accounts_[one].name) == folded;
  });
  return n == no_record ? nullptr : &accounts_[n];
}

const account* account_book::find(const identity& id) const {
  const record_number n = find_number(id);
  return n == no_record || accounts_[n].name.empty() ? nullptr : &accounts_[n];
}

const device* account_book::find_device(const identity& token) const {
  const record_number n = find_device_number(token);
  return n == no_record ? nullptr : &devices_[n];
}

const account_certificate* account_book::find_certificate(const key_hash& key) const {
  const record_number n = find_certificate_number(key);
  return n == no_record ? nullptr : &certificates_[n];
}

std::vector<const account*> account_book::accounts() const {
  std::vector<std::pair<std::string, const account*>> by_name;
  accounts_.for_each([&](const known_account& a) {
    if (!a.name.empty()) by_name.emplace_back(fold_name(a.name), &a);
  });
  std::ranges::sort(by_name);
  std::vector<const account*> all;
  for (const auto& [name, a] : by_name)
    all.push_back(a);
  return all;
}

std::vector<const device*> account_book::devices_of(const identity& account) const {
  const record_number n = find_number(account);
  return all_in<device>(devices_, n == no_record ? n : accounts_[n].first_device);
}

std::vector<const account_certificate*>
account_book::certificates_of(const identity& account) const {
  const record_number n = find_number(account);
  return all_in<account_certificate>(certificates_,
                                     n == no_record ? n : accounts_[n].first_certificate);
}

} // namespace asio_chat
