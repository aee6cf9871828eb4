#include "accounts/login_attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace asio_chat {

namespace {

failure come_back(std::string_view why, std::chrono::seconds wait) {
  return fail(errc::not_available, fmt::format("{}; try again in {} s", why, wait.count()));
}

constexpr std::chrono::seconds soon{1};

} // namespace

login_attempts::login_attempts(const clock& time)
    : pairs_(time, free_failures)
    , addresses_(time, free_failures_of_address)
    , codes_(time, free_failures)
    , self_(std::make_shared<login_attempts*>(this)) {}

std::string login_attempts::pair_of(const std::string& account, const std::string& address) {
  return account + '\0' + address; // no name has a null character
}

std::size_t login_attempts::count_of(const counts& all, const std::string& key) {
  const auto found = all.find(key);
  return found == all.end() ? 0 : found->second;
}

result<login_attempts::started> login_attempts::begin(const std::string& account,
                                                      const std::string& address) {
  constexpr words why{
      "too many wrong passwords", "your last password for this account is still looked at",
      "too many logins from your address at once", "too many logins to this account at once"};
  return begin(account, address, why);
}

result<login_attempts::started> login_attempts::begin_key(const std::string& room,
                                                          const std::string& address) {
  constexpr words why{
      "too many wrong keys or passwords", "your last key for this room is still looked at",
      "too many keys and logins from your address at once", "too many keys for this room at once"};
  return begin('#' + room, address, why); // no name of an account begins so
}

result<login_attempts::started>
login_attempts::begin(const std::string& account, const std::string& address, const words& why) {
  const std::string pair = pair_of(account, address);
  const auto wait = std::max(pairs_.wait_for(pair), addresses_.wait_for(address));
  if (wait.count() > 0) return come_back(why.wrong, wait);
  if (!account.empty() && count_of(pairs_under_way_, pair) > 0)
    return come_back(why.under_way, soon);
  if (!address.empty() && count_of(addresses_under_way_, address) >= max_of_address)
    return come_back(why.of_address, soon);
  if (!account.empty() && count_of(accounts_under_way_, account) >= max_of_account)
    return come_back(why.of_account, soon);
  ++pairs_under_way_[pair];
  ++addresses_under_way_[address];
  ++accounts_under_way_[account];
  return std::make_shared<attempt>(self_, account, address);
}

result<void> login_attempts::check_codes(const std::string& account) const {
  const auto wait = codes_.wait_for(account);
  return wait.count() == 0 ? result<void>() : come_back("too many wrong codes", wait);
}

login_attempts::attempt::attempt(std::weak_ptr<login_attempts*> of, std::string account,
                                 std::string address)
    : of_(std::move(of))
    , account_(std::move(account))
    , address_(std::move(address)) {}

login_attempts::attempt::~attempt() {
  const auto alive = of_.lock();
  if (!alive) return;
  const auto end = [](counts& all, const std::string& key) {
    const auto found = all.find(key);
    if (--found->second == 0) all.erase(found);
  };
  end((*alive)->pairs_under_way_, pair_of(account_, address_));
  end((*alive)->addresses_under_way_, address_);
  end((*alive)->accounts_under_way_, account_);
}

void login_attempts::attempt::failed() {
  const auto alive = of_.lock();
  if (!alive) return;
  (*alive)->pairs_.failed(pair_of(account_, address_));
  if (!address_.empty()) (*alive)->addresses_.failed(address_);
}

void login_attempts::attempt::succeeded() {
  // Not for the address: who guesses other accounts may have one of their own.
  if (const auto alive = of_.lock()) (*alive)->pairs_.succeeded(pair_of(account_, address_));
}

} // namespace asio_chat
