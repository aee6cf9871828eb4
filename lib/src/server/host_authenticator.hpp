// Asks the host program who somebody is.
#pragma once

#include "accounts/authenticator.hpp"
#include "net/passphrase_authenticator.hpp"
#include "server/hook_runner.hpp"

#include <asio_chat/server_hooks.hpp>

#include <optional>
#include <string>

namespace asio_chat {

/// The passphrase that all share comes first, if there is one. A user of the host is the same
/// member at each login; others are guests, as without a hook.
class host_authenticator final : public authenticator {
 public:
  /// @param passwords whether everybody has to give one, see `server_hooks::passwords_in_text`
  /// @param runner must live as long
  host_authenticator(std::optional<std::string> passphrase, login_hook hook, bool passwords,
                     hook_runner& runner)
      : shared_(std::move(passphrase))
      , hook_(std::move(hook))
      , passwords_(passwords)
      , runner_(runner) {}

  bool wants_passphrase() const noexcept override {
    return shared_.wants_passphrase() || passwords_;
  }
  bool wants_name() const noexcept override { return true; }
  void admit(credentials c, admit_done done) override;

 private:
  net::passphrase_authenticator shared_;
  login_hook hook_;
  bool passwords_;
  hook_runner& runner_;
};

} // namespace asio_chat
