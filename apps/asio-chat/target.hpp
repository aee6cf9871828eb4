// Where to connect to, as a person writes it: `[NICK@]HOST[:PORT]`.
#pragma once

#include <asio_chat/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace asio_chat::app {

struct target {
  std::string nick; ///< empty if none was given
  std::string host; ///< without brackets
  std::uint16_t port = 8443;

  /// `HOST:PORT`, with brackets around an IPv6 address.
  std::string address() const;
};

result<target> parse_target(std::string_view text);

/// Whether that host is reached without leaving the machine: `localhost` or a loopback address.
bool is_this_machine(std::string_view host) noexcept;

} // namespace asio_chat::app
