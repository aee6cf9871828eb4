#include "ops/setting_value.hpp"

#include "base/host_port.hpp"

#include <boost/asio/ip/address.hpp>

namespace asio_chat::ops {

namespace {

/// `300.1.1.1`, `127.1`: no address that is written out, and no name either.
bool is_wrong_ipv4(std::string_view host) {
  if (!ends_in_number(host)) return false;
  error_code not_an_address;
  boost::asio::ip::make_address_v4(std::string(host), not_an_address);
  return not_an_address.failed();
}

bool is_ipv6(std::string_view host) {
  error_code not_an_address;
  boost::asio::ip::make_address_v6(std::string(host), not_an_address);
  return !not_an_address.failed();
}

} // namespace

result<listen_address> parse_address(std::string_view text) {
  constexpr std::string_view right =
      "is not HOST:PORT; give for example 127.0.0.1:8443, [::1]:8443 or localhost:0";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(errc::bad_setting, std::string(right));
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool brackets = is_in_brackets(host);
  host = without_brackets(host);
  if (host.empty() || host.find_first_of("[] \t") != std::string_view::npos)
    return fail(errc::bad_setting, std::string(right));
  if (!brackets && host.find(':') != std::string_view::npos)
    return fail(errc::bad_setting, "is not HOST:PORT; an IPv6 address stands in brackets, as in "
                                   "[::1]:8443");
  if (brackets ? !is_ipv6(host) : is_wrong_ipv4(host))
    return fail(errc::bad_setting, "is not HOST:PORT: its host is no address; give for example "
                                   "127.0.0.1:8443, [::1]:8443 or localhost:0");
  const auto number = parse_count(port, 0, 65535);
  if (!number)
    return fail(errc::bad_setting, "needs a port after the last colon: a number from 0 (any "
                                   "free one) to 65535");
  return listen_address{std::string(host), static_cast<std::uint16_t>(*number)};
}

bool is_loopback(const listen_address& a) {
  if (a.host == "localhost") return true;
  error_code not_an_address;
  const auto address = boost::asio::ip::make_address(a.host, not_an_address);
  return !not_an_address && address.is_loopback();
}

result<listen_address> parse_loopback_address(std::string_view text) {
  auto address = parse_address(text);
  if (address && !is_loopback(*address))
    return fail(errc::bad_setting, "is no loopback address; give for example 127.0.0.1:9080, "
                                   "[::1]:9080 or localhost:0");
  return address;
}

} // namespace asio_chat::ops
