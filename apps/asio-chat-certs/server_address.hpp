// HOST:PORT
#pragma once

#include <optional>
#include <string>

namespace asio_chat::certs {

struct server_address {
  std::string host; ///< an IPv6 address without its brackets
  std::string port; ///< 1 to 65535
};

std::optional<server_address> parse_server_address(const std::string& text);

} // namespace asio_chat::certs
