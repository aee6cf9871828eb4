// Whose device is this?
#pragma once

#include "accounts/authenticator.hpp"
#include "accounts/people.hpp"

#include <memory>
#include <utility>

namespace asio_chat {

/// Lets in whom the other one lets in; a token that opens an account is that account's member.
class device_authenticator final : public authenticator {
 public:
  /// @param known must live as long
  device_authenticator(std::unique_ptr<authenticator> first, const people& known)
      : first_(std::move(first))
      , people_(known) {}

  bool wants_passphrase() const noexcept override { return first_->wants_passphrase(); }
  bool wants_name() const noexcept override { return first_->wants_name(); }
  void admit(credentials c, admit_done done) override;

 private:
  std::unique_ptr<authenticator> first_;
  const people& people_;
};

} // namespace asio_chat
