// An address, or the network it is of, as a key.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace asio_chat::net {

/// IPv4 as the IPv6 address that stands for it (RFC 4291, 2.5.5.2).
using address_key = boost::asio::ip::address_v6::bytes_type;

inline bool is_v4(const address_key& k) {
  return boost::asio::ip::address_v6(k).is_v4_mapped();
}

namespace detail {

inline address_key first_bytes(address_key k, std::size_t n) {
  std::fill(k.begin() + static_cast<std::ptrdiff_t>(n), k.end(), static_cast<unsigned char>(0));
  return k;
}

} // namespace detail

/// Whoever has one address: an IPv4 address, or a /64 of IPv6, of which a host takes what it likes.
inline address_key host_of(const boost::asio::ip::address& a) {
  using namespace boost::asio::ip;
  const address_v6 six = a.is_v4() ? make_address_v6(v4_mapped, a.to_v4()) : a.to_v6();
  return six.is_v4_mapped() ? six.to_bytes() : detail::first_bytes(six.to_bytes(), 8);
}

/// The /24 of IPv4, or the /56 of IPv6, which is what one customer gets.
inline address_key network_of(const address_key& host) {
  return detail::first_bytes(host, is_v4(host) ? 15 : 7);
}

/// That of `192.0.2.7:1` or `[2001:db8::1]:1` as bytes; empty where there is no address.
std::string host_key(std::string_view address_and_port);

/// `192.0.2.7`, or `2001:db8::/64`.
std::string to_string(const address_key& host);

/// Also of a loopback address of IPv4 in that form.
inline bool is_loopback(const boost::asio::ip::address& a) {
  const address_key k = host_of(a);
  return is_v4(k) ? k[12] == 127 : a.is_loopback();
}

} // namespace asio_chat::net
