// New devices that ask the older ones of an account to let them in (RFC 8628 in spirit).
#pragma once

#include "accounts/login_delays.hpp"
#include "base/clock.hpp"
#include "domain/token_bucket.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Each connection asks for one account at a time, and is shown a code that the owner types on
/// another device. What is known here of a name does not depend on whether it is an account's, so
/// nobody learns that by asking. Strangers who ask again and again wait longer each time, as with
/// wrong passwords: one address with one account, and an address with whatever account.
class login_requests {
 public:
  static constexpr std::chrono::minutes lasts{5};
  static constexpr std::size_t max_of_address = 4; ///< at once
  static constexpr std::size_t max_of_account = 8; ///< likewise
  /// That the owner is told of; a code is good without, too.
  static constexpr rate notices{5, lasts};

  explicit login_requests(const clock& time);

  /// In the place of what the connection has asked before.
  /// @param by number of the connection
  /// @param name of the account, folded, whether there is one or not
  /// @param address see `login::host`; empty: nobody knows it
  /// @param draw gives a code, each time another one
  /// @return the code, which no other connection has for this account; or when to come back
  result<std::string> add(std::uint64_t by, const std::string& name, const std::string& address,
                          const std::function<std::string()>& draw);
  /// Whether the owner is to be told of one more.
  bool may_notify(const std::string& name);
  /// Who has this code for the account, once. A failure if nobody has; wrong ones make the account
  /// wait.
  result<std::uint64_t> take(const std::string& name, std::string_view code);
  /// Nobody's code is good any more: the connections that had one.
  std::vector<std::uint64_t> refuse(const std::string& name);
  std::size_t count_of(const std::string& name);
  /// The connection has gone, or is somebody now.
  void forget(std::uint64_t by);

 private:
  struct asked {
    std::string name;
    std::string address;
    std::string code;
    steady_time until{};
  };
  using numbers = std::set<std::uint64_t>;
  using index = std::map<std::string, numbers>;

  /// Those that are not over.
  const numbers& open_in(index& all, const std::string& key);

  const clock& time_;
  std::map<std::uint64_t, asked> asked_; ///< by connection
  index names_;
  index addresses_;
  login_delays pair_delays_;                 ///< of an address with an account
  login_delays address_delays_;              ///< of an address with whatever account
  login_delays code_delays_;                 ///< of the devices of an account that type wrong codes
  std::map<std::string, token_bucket> told_; ///< by account
};

} // namespace asio_chat
