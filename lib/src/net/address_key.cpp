#include "net/address_key.hpp"

namespace asio_chat::net {

std::string host_key(std::string_view address_and_port) {
  std::string_view host = address_and_port.substr(0, address_and_port.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code none;
  const auto address = boost::asio::ip::make_address(host, none);
  if (none) return {};
  const address_key key = host_of(address);
  return {key.begin(), key.end()};
}

std::string to_string(const address_key& host) {
  using namespace boost::asio::ip;
  const address_v6 six(host);
  return is_v4(host) ? make_address_v4(v4_mapped, six).to_string() : six.to_string() + "/64";
}

} // namespace asio_chat::net
