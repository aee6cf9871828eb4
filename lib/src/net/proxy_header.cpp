#include "net/proxy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace asio_chat::net {

namespace {

using namespace boost::asio::ip;
using namespace std::string_view_literals;

constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv;

enum : unsigned { version_2 = 0x2, local_command = 0x0, proxy_command = 0x1 };
enum : unsigned { no_family = 0x0, inet = 0x1, inet_6 = 0x2, unix_family = 0x3 };
enum : unsigned { no_transport = 0x0, stream_transport = 0x1 };

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

proxy_header broken(std::string why) {
  return {proxy_header::state::broken, 0, {}, std::move(why)};
}

template <class Address>
Address address_at(std::string_view bytes, std::size_t at) {
  typename Address::bytes_type raw;
  std::transform(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + raw.size()), raw.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
  return Address(raw);
}

/// Source, destination, their ports.
template <class Address>
tcp::endpoint client_in(std::string_view header) {
  constexpr std::size_t size = sizeof(typename Address::bytes_type);
  return {address_at<Address>(header, proxy_header::fixed_bytes),
          number_at(header, proxy_header::fixed_bytes + 2 * size)};
}

/// What the addresses of this kind take; none: they are not told.
std::optional<std::size_t> bytes_of(unsigned family) {
  switch (family) {
  case inet:
    return 2 * 4 + 4;
  case inet_6:
    return 2 * 16 + 4;
  case unix_family:
    return 2 * 108;
  default:
    return {};
  }
}

/// A proxy that listens on both families may write an IPv4 client as ::ffff:192.0.2.7. The log,
/// bans and `/whois` have to show one address for one client.
tcp::endpoint as_v4_if_mapped(const tcp::endpoint& client) {
  const address_v6 six = client.address().to_v6();
  if (!six.is_v4_mapped()) return client;
  return {make_address_v4(v4_mapped, six), client.port()};
}

} // namespace

proxy_header read_proxy_header(std::string_view received) {
  const std::size_t known = std::min(received.size(), signature.size());
  if (received.substr(0, known) != signature.substr(0, known)) {
    constexpr std::string_view version_1 = "PROXY "sv;
    const bool is_text = received.starts_with(version_1);
    return broken(is_text ? "the PROXY header is of version 1, let the proxy send version 2"
                          : "it did not begin with a PROXY header");
  }
  if (received.size() < proxy_header::fixed_bytes) return {};
  const unsigned version = byte_at(received, 12) >> 4;
  const unsigned command = byte_at(received, 12) & 0xF;
  const unsigned family = byte_at(received, 13) >> 4;
  const unsigned transport = byte_at(received, 13) & 0xF;
  proxy_header h;
  h.bytes = proxy_header::fixed_bytes + number_at(received, 14);
  if (version != version_2)
    return broken(fmt::format("a PROXY header of version {}, only 2 is known here", version));
  if (command != local_command && command != proxy_command)
    return broken(fmt::format("a PROXY header with the unknown command {}", command));
  if (h.bytes > proxy_header::max_bytes)
    return broken(fmt::format("a PROXY header of {} bytes, {} are the most", h.bytes,
                              proxy_header::max_bytes));
  // A connection of its own may say anything about its addresses, which do not count.
  const bool of_client = command == proxy_command;
  if (of_client && family > unix_family)
    return broken(fmt::format("a PROXY header with addresses of the unknown kind {}", family));
  if (of_client && transport != stream_transport &&
      (family != no_family || transport != no_transport))
    return broken("a PROXY header about something that is no connection");
  const auto needed = of_client ? bytes_of(family) : std::nullopt;
  if (needed && h.bytes < proxy_header::fixed_bytes + *needed)
    return broken("a PROXY header that is too short for its addresses");
  if (received.size() < h.bytes) return h;
  h.is = proxy_header::state::complete;
  if (of_client && family == inet) h.client = client_in<address_v4>(received);
  if (of_client && family == inet_6) h.client = as_v4_if_mapped(client_in<address_v6>(received));
  return h;
}

} // namespace asio_chat::net
