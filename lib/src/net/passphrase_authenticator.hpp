// Lets in who knows the passphrase that all members share, or everybody where there is none.
#pragma once

#include "accounts/authenticator.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::net {

/// A client that keeps the token of its first admission is the same member with it the next time:
/// 256 random bits in 64 hexadecimal digits, of which the server keeps the identity alone. A client
/// that keeps none is somebody new at each login. Answers at once.
class passphrase_authenticator final : public authenticator {
 public:
  /// A number that nobody else can compute, and always the same of an identity.
  using marker = std::function<std::uint64_t(const identity&)>;

  /// @param mark by which half of a token proves that the other half was drawn here; empty: nobody
  /// asks
  explicit passphrase_authenticator(std::optional<std::string> passphrase, marker mark = {})
      : passphrase_(std::move(passphrase))
      , mark_(std::move(mark)) {}

  bool wants_passphrase() const noexcept override { return passphrase_.has_value(); }
  void admit(credentials c, admit_done done) override { done(judge(c)); }

 private:
  answer judge(const credentials& c) const;
  std::string make_token() const;
  bool has_drawn(std::string_view token) const;

  std::optional<std::string> passphrase_;
  marker mark_;
};

/// Compares in a time that depends on the lengths alone.
bool same_passphrase(std::string_view given, std::string_view expected) noexcept;

/// The member with this token. A failure if it is not of the form that tokens have.
result<identity> identity_of(std::string_view token);

} // namespace asio_chat::net
