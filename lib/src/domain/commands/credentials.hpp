// Steps that commands about passwords and codes share.
#pragma once

#include "accounts/facts.hpp"
#include "accounts/login_attempts.hpp"
#include "accounts/people.hpp"
#include "domain/commands/commands.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::commands {

/// A failure if this server has none.
result<void> check_accounts(const asked& q);

/// A failure if the member has no account of this server.
result<void> check_has_account(const asked& q);

/// A failure if the certificate of this connection stands for another name.
result<void> check_certificate_name(const asked& q, std::string_view wanted);

/// The password was wrong, or the name: counted and told.
/// @param of null: there is no such account
void refuse_password(hub& in, const endpoint& by, login_attempts::attempt& tried,
                     const account* of);

/// For makers: these devices are the account's no more, and what the account is banned or muted by
/// holds for their tokens from then on.
std::vector<fact> without_devices(const people& p, const identity& account,
                                  const std::vector<const device*>& gone);

/// For makers: a failure if an operator has reset, disabled or deleted the account since.
/// @param password_hash of the account when the change was asked for
result<void> check_unchanged(const hub& in, const identity& account,
                             std::string_view password_hash);

/// Of who asks for something that opens the account later: whether they are still logged in as they
/// were when it is kept.
class same_login {
 public:
  explicit same_login(const asked& q);

  const identity& who() const noexcept { return account_; }
  /// For makers.
  result<void> check(const hub& in) const;

 private:
  identity account_;
  std::uint64_t connection_;
  std::optional<identity> device_;      ///< by whose token it came; none: by something else
  std::optional<key_hash> certificate_; ///< likewise
  std::string password_hash_;           ///< which a reset changes
};

/// Looks at the password of one's own account, which is unchanged when it was right.
/// @param then with the connection that has asked, when it was right; its member may have changed
result<void> confirm_password(const asked& q, std::string_view command, std::string password,
                              std::function<void(hub&, endpoint&, const later_answer&)> then);

/// @name totp_commands.cpp
/// @{
/// Whether a code may be tried now, if the account wants one; else why not.
result<void> check_code(const hub& in, const identity& account, const std::string& code);
/// For makers: what is kept when the code is used, so that nobody uses it again; nothing if the
/// account has no second factor. A failure if it is wrong.
result<std::vector<fact>> use_code(hub& in, const identity& account, const std::string& code);
/// The code was wrong: counted and told.
void refuse_code(hub& in, const endpoint& by, const identity& account);
/// @}

} // namespace asio_chat::commands
