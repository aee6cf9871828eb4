// Lets in who knows the passphrase that all members share, or everybody where there is none.
#pragma once

#include "accounts/authenticator.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::net {

/// A client that keeps the token of its first admission is the same member with it the next time:
/// 256 random bits in 64 hexadecimal digits, of which the server keeps the identity alone. A client
/// that keeps none is somebody new at each login. Answers at once.
class passphrase_authenticator final : public authenticator {
 public:
  explicit passphrase_authenticator(std::optional<std::string> passphrase)
      : passphrase_(std::move(passphrase)) {}

  bool wants_passphrase() const noexcept override { return passphrase_.has_value(); }
  void admit(credentials c, admit_done done) override { done(judge(c)); }

 private:
  answer judge(const credentials& c) const;

  std::optional<std::string> passphrase_;
};

/// Compares in a time that depends on the lengths alone.
bool same_passphrase(std::string_view given, std::string_view expected) noexcept;

/// The member with this token. A failure if it is not of the form that tokens have.
result<identity> identity_of(std::string_view token);

} // namespace asio_chat::net
