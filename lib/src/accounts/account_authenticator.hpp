// Whose device or certificate is this?
#pragma once

#include "accounts/authenticator.hpp"
#include "accounts/people.hpp"

#include <asio_chat/limits.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace asio_chat {

/// Lets in whom the other one lets in. A certificate or a token that opens an account is that
/// account's member; where names come from certificates, nobody is anybody else.
class account_authenticator final : public authenticator {
 public:
  /// The identity of the one whom certificates call so.
  using identity_maker = std::function<result<identity>(const std::string& name)>;

  /// @param known must live as long
  /// @param make empty: names do not come from certificates
  account_authenticator(std::unique_ptr<authenticator> first, const people& known,
                        const limits& allowed, identity_maker make = {})
      : first_(std::move(first))
      , people_(known)
      , limits_(allowed)
      , identity_of_name_(std::move(make)) {}

  bool wants_passphrase() const noexcept override { return first_->wants_passphrase(); }
  bool wants_name() const noexcept override { return true; }
  void admit(credentials c, admit_done done) override;

 private:
  struct shown {
    std::optional<shown_certificate> certificate;
    std::string name; ///< that it asks for
  };

  std::optional<denial> find_account(admission& a, const shown& by) const;
  std::optional<denial> take_name(admission& a, const shown& by, certificate_login& came) const;

  std::unique_ptr<authenticator> first_;
  const people& people_;
  const limits& limits_;
  identity_maker identity_of_name_;
};

} // namespace asio_chat
