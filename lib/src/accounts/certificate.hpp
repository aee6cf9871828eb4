// Certificates of clients, by their keys.
#pragma once

#include "base/key_pin.hpp"
#include "model/identity.hpp"

#include <asio_chat/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// What a connection has shown and TLS has verified. A renewed certificate may have the same key.
struct shown_certificate {
  key_hash key{};
  std::vector<std::string> common_names{}; ///< as they are, which may be any bytes
};

/// What a member's connection came in with.
struct certificate_login {
  key_hash key{};
  std::string name{};  ///< the only one that it may bear; empty: any
  bool opened = false; ///< the account: no password did, and no device
};

/// A failure says what was given instead of a pin, and where to find one.
result<key_hash> read_pin(std::string_view typed);

/// In bans, beside those of tokens.
identity identity_of(const key_hash& key) noexcept;

} // namespace asio_chat
