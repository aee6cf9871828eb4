#include "server_address.hpp"

#include "base/host_port.hpp"

#include <algorithm>

namespace asio_chat::certs {

std::optional<server_address> parse_server_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  server_address server{text.substr(0, colon), text.substr(colon + 1)};
  const bool digits = !server.port.empty() && server.port.size() <= 5 &&
                      std::all_of(server.port.begin(), server.port.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoi(server.port) < 1 || std::stoi(server.port) > 65535) return std::nullopt;
  server.host = std::string(without_brackets(server.host));
  return server;
}

} // namespace asio_chat::certs
