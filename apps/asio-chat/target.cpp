#include "target.hpp"

#include "base/ascii.hpp"
#include "base/host_port.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace asio_chat::app {

namespace {

failure wrong(std::string_view text, std::string_view why) {
  return fail(errc::bad_setting,
              fmt::format("'{}' is no server to connect to: {}. Write [NICK@]HOST[:PORT], e.g. "
                          "chat.example.org, alice@chat.example.org:8443 or [::1]:8443",
                          text, why));
}

} // namespace

std::string target::address() const {
  return host_port(host, port);
}

result<target> parse_target(std::string_view text) {
  target t;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    t.nick = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (t.nick.empty()) return wrong(text, "there is no name before the @");
  }

  std::string_view port;
  bool has_port = false;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return wrong(text, "the bracket is not closed");
    t.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    has_port = !rest.empty();
    if (has_port && !rest.starts_with(':')) return wrong(text, "after ] comes a colon and a port");
    if (has_port) port = rest.substr(1);
  } else if (std::count(rest.begin(), rest.end(), ':') == 1) {
    const auto colon = rest.find(':');
    has_port = true;
    t.host = rest.substr(0, colon);
    port = rest.substr(colon + 1);
  } else {
    t.host = rest; // a name, or an IPv6 address without a port
  }

  if (t.host.empty()) return wrong(text, "there is no host");
  if (t.host.find('@') != std::string::npos) return wrong(text, "there are two @");
  if (!ascii::is_ascii(t.host))
    return wrong(text, "an international host name is written in its xn-- form (`idn2 NAME` "
                       "prints it)");
  if (has_port) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), t.port);
    if (error != std::errc() || end != port.data() + port.size() || t.port == 0) {
      return wrong(text, fmt::format("'{}' is not a port from 1 to 65535", port));
    }
  }
  t.host = ascii::lower(std::move(t.host));
  return t;
}

bool is_this_machine(std::string_view host) noexcept {
  if (ascii::equal_ignoring_case(host, "localhost")) return true;
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(host, no_address);
  return !no_address && address.is_loopback();
}

} // namespace asio_chat::app
