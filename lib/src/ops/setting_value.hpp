// The kinds of values that settings have. A failure's message goes on after the quoted value:
// `"5x" is not a duration; ...`.
#pragma once

#include "model/quantity.hpp"

#include <asio_chat/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace asio_chat::ops {

/// Where to listen.
struct listen_address {
  std::string host;
  std::uint16_t port = 0; ///< 0: any free one
  bool operator==(const listen_address&) const = default;
};

/// `HOST:PORT`; an IPv6 address stands in brackets, `[::1]:8443`.
result<listen_address> parse_address(std::string_view text);

/// It names this machine's loopback interface: `localhost`, or an address of it.
bool is_loopback(const listen_address& a);

/// The same, of a loopback interface only.
result<listen_address> parse_loopback_address(std::string_view text);

} // namespace asio_chat::ops
