// The users of an issuer, by the file of its keys (docs/operating.md).
#pragma once

#include "ops/settings.hpp"

#include <asio_chat/server_hooks.hpp>
#include <asio_chat/time.hpp>

#include <memory>

namespace asio_chat {

class oidc_users {
 public:
  virtual ~oidc_users() = default;
  /// See `oidc_tokens`.
  virtual login_answer check(const login_request& who, wall_time now) const = 0;
  /// @throws asio_chat::error; the keys of before stay then
  virtual void read_keys_again() = 0;

  /// Null: there is no issuer.
  /// @throws asio_chat::error: its keys cannot be used, or this program was built without tokens
  static std::shared_ptr<oidc_users> make(const ops::settings& s);
};

} // namespace asio_chat
