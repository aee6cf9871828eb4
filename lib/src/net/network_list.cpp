#include "net/network_list.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <cstddef>

namespace asio_chat::net {

namespace {

using namespace boost::asio::ip;

constexpr unsigned all_bits = 128;
constexpr unsigned bits_before_v4 = 96;

address_key whole_key(const address& a) {
  return (a.is_v4() ? make_address_v6(v4_mapped, a.to_v4()) : a.to_v6()).to_bytes();
}

bool is_in(const address_key& k, const address_key& first, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(k.begin(), k.begin() + static_cast<std::ptrdiff_t>(whole), first.begin()))
    return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (k[whole] ^ first[whole]) >> (8 - rest) == 0;
}

} // namespace

result<void> network_list::add(const std::string& text) {
  boost::system::error_code none;
  if (const address one = make_address(text, none); !none) {
    networks_.push_back({whole_key(one), all_bits});
    return {};
  }
  // The address of a network has nothing behind its bits: who writes another one means another.
  if (const auto v4 = make_network_v4(text, none); !none && v4 == v4.canonical()) {
    networks_.push_back({whole_key(v4.address()), bits_before_v4 + v4.prefix_length()});
    return {};
  }
  if (const auto v6 = make_network_v6(text, none); !none && v6 == v6.canonical()) {
    networks_.push_back({whole_key(v6.address()), v6.prefix_length()});
    return {};
  }
  return fail(errc::bad_setting,
              fmt::format("'{}' is no address and no network; give for example 192.0.2.7, "
                          "10.0.0.0/8 or 2001:db8::/32",
                          text));
}

bool network_list::contains(const address& a) const {
  const address_key k = whole_key(a);
  return std::ranges::any_of(networks_,
                             [&](const network& n) { return is_in(k, n.first, n.bits); });
}

} // namespace asio_chat::net
