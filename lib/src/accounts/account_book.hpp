// Accounts, and the devices and certificates that open them.
#pragma once

#include "accounts/facts.hpp"
#include "accounts/record_index.hpp"
#include "accounts/record_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Made for very many of them: what is here is all that is kept of an account. See `people`, which
/// has the same questions.
class account_book {
 public:
  account_book() = default;
  account_book(const account_book&) = delete;
  account_book& operator=(const account_book&) = delete;

  /// In the place of what was known under the same key. A device or a certificate may come before
  /// its account does.
  void put(account a);
  void put(device d);
  void put(account_certificate c);
  void remove_account(const identity& id);
  void remove_device(const identity& token);
  void remove_certificate(const key_hash& key);

  /// @param folded see `fold_name`
  const account* find_name(std::string_view folded) const;
  const account* find(const identity& id) const;
  const device* find_device(const identity& token) const;
  const account_certificate* find_certificate(const key_hash& key) const;
  std::vector<const account*> accounts() const;                         ///< sorted by name
  std::vector<const device*> devices_of(const identity& account) const; ///< by number
  std::vector<const account_certificate*>
  certificates_of(const identity& account) const; ///< likewise
  std::size_t size() const noexcept { return count_; }

 private:
  /// Without a name: it has not come yet, or has gone before what opens it.
  struct known_account : account {
    record_number first_device = no_record;
    record_number first_certificate = no_record;
  };
  /// What opens the same account is a list, in no order.
  struct known_device : device {
    record_number next = no_record;
    record_number previous = no_record;
  };
  struct known_certificate : account_certificate {
    record_number next = no_record;
    record_number previous = no_record;
  };

  record_number find_number(const identity& account) const;
  record_number find_device_number(const identity& token) const;
  record_number find_certificate_number(const key_hash& key) const;
  record_number number_of(const identity& account);
  void forget_name(record_number n);
  void forget_if_empty(record_number n);

  record_pool<known_account> accounts_;
  record_pool<known_device> devices_;
  record_pool<known_certificate> certificates_;
  record_index by_id_;
  record_index by_name_;
  record_index by_token_;
  record_index by_key_;
  std::size_t count_ = 0; ///< of accounts with a name
};

} // namespace asio_chat
