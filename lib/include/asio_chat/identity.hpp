// The identity of a member, whatever their name at the moment.
#pragma once

#include <array>
#include <cstdint>

namespace asio_chat {

/// The first half of a resume token's SHA-256: the same for each login with the token, and useless
/// to those who learn it. For a member without a token: random, new at every login.
using identity = std::array<std::uint8_t, 16>;

} // namespace asio_chat
