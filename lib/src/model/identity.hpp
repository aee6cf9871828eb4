// The identity of a member, whatever their name at the moment.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <asio_chat/time.hpp>

namespace asio_chat {

/// The first half of a resume token's SHA-256: the same for each login with the token, and useless
/// to those who learn it. For a member without a token: random, new at every login.
using identity = std::array<std::uint8_t, 16>;

/// A name that is held for the member with the token.
struct held_name {
  identity who{};
  std::string name;
  std::optional<wall_time> left; ///< none: is here
  friend bool operator==(const held_name&, const held_name&) = default;
};

} // namespace asio_chat
