// A name, and whose it is.
#pragma once

#include <asio_chat/identity.hpp>
#include <asio_chat/time.hpp>

#include <optional>
#include <string>

namespace asio_chat {

/// A name that is held for the member with the token.
struct held_name {
  identity who{};
  std::string name;
  std::optional<wall_time> left; ///< none: is here
  friend bool operator==(const held_name&, const held_name&) = default;
};

} // namespace asio_chat
