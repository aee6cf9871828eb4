// Who may try a password now, and who has to wait.
#pragma once

#include "accounts/login_delays.hpp"
#include "base/clock.hpp"

#include <asio_chat/error.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat {

/// Guessing is slow for those who guess, and for nobody else: the wait is that of one address with
/// one account, and of an address with all accounts. An account has no wait of its own, since
/// strangers could make it as long as they like. A try that is not decided yet keeps the next one
/// with the same account and address from beginning, so that many at once are not more than one.
class login_attempts {
 public:
  static constexpr std::size_t free_failures = 3;             ///< of an address with one account
  static constexpr std::size_t free_failures_of_address = 20; ///< with whatever account
  static constexpr std::size_t max_of_address = 4;            ///< under way at once
  static constexpr std::size_t max_of_account = 4;            ///< likewise

  /// A try that is under way until this has gone, which may be later than the end of the other.
  class attempt {
   public:
    attempt(std::weak_ptr<login_attempts*> of, std::string account, std::string address);
    attempt(const attempt&) = delete;
    attempt& operator=(const attempt&) = delete;
    ~attempt();
    void failed();
    void succeeded();

   private:
    std::weak_ptr<login_attempts*> of_;
    std::string account_;
    std::string address_;
  };
  using started = std::shared_ptr<attempt>;

  explicit login_attempts(const clock& time);
  login_attempts(const login_attempts&) = delete;
  login_attempts& operator=(const login_attempts&) = delete;

  /// Or a sentence that says when to come back.
  /// @param account what it is called by, folded, whether there is one or not; empty: one is made
  /// @param address see `login::host`; empty: nobody knows it
  result<started> begin(const std::string& account, const std::string& address);
  /// The same of the key of a room, in words of its own. Of an address both count together.
  result<started> begin_key(const std::string& room, const std::string& address);

  /// Of those who know the password and guess the code behind it: that is the account's, wherever
  /// they come from.
  /// @{
  result<void> check_codes(const std::string& account) const;
  void code_failed(const std::string& account) { codes_.failed(account); }
  void code_succeeded(const std::string& account) { codes_.succeeded(account); }
  /// @}

 private:
  using counts = std::map<std::string, std::size_t>;
  /// Why somebody has to come back.
  struct words {
    std::string_view wrong;
    std::string_view under_way;
    std::string_view of_address;
    std::string_view of_account;
  };

  result<started> begin(const std::string& account, const std::string& address, const words& why);
  static std::string pair_of(const std::string& account, const std::string& address);
  static std::size_t count_of(const counts& all, const std::string& key);

  login_delays pairs_;
  login_delays addresses_;
  login_delays codes_;
  counts pairs_under_way_;
  counts addresses_under_way_;
  counts accounts_under_way_;
  std::shared_ptr<login_attempts*> self_;
};

} // namespace asio_chat
