#include "net/network_list.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace asio_chat;
using boost::asio::ip::make_address;
using net::network_list;

namespace {

network_list list_of(const std::vector<std::string>& networks) {
  network_list all;
  for (const std::string& one : networks)
    REQUIRE(all.add(one).has_value());
  return all;
}

} // namespace

TEST_CASE("networks: what is in one, up to its last bit") {
  const network_list all =
      list_of({"10.0.0.0/8", "192.0.2.128/25", "198.51.100.7", "2001:db8::/33"});
  for (const char* in : {"10.0.0.0", "10.255.255.255", "192.0.2.128", "192.0.2.255", "198.51.100.7",
                         "::ffff:10.1.2.3", "2001:db8::", "2001:db8:7fff:ffff::1"}) {
    CAPTURE(in);
    CHECK(all.contains(make_address(in)));
  }
  for (const char* out : {"11.0.0.0", "9.255.255.255", "192.0.2.127", "198.51.100.8",
                          "2001:db9::", "2001:db8:8000::", "::1", "::10.0.0.1"}) {
    CAPTURE(out);
    CHECK_FALSE(all.contains(make_address(out)));
  }
}

TEST_CASE("networks: 0.0.0.0/0 is all of IPv4 and nothing of IPv6, ::/0 is everything") {
  CHECK(list_of({"0.0.0.0/0"}).contains(make_address("203.0.113.9")));
  CHECK_FALSE(list_of({"0.0.0.0/0"}).contains(make_address("2001:db8::1")));
  CHECK(list_of({"::/0"}).contains(make_address("2001:db8::1")));
  CHECK(network_list().empty());
}

TEST_CASE("networks: what is none is refused, and so is an address with bits behind its prefix") {
  for (const char* wrong : {"", "proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8",
                            "10.0.0.1/8", "2001:db8::1/32", "10.0.0.0/8 ", "/8"}) {
    CAPTURE(wrong);
    network_list all;
    const auto added = all.add(wrong);
    REQUIRE_FALSE(added.has_value());
    CHECK(added.error().code == errc::bad_setting);
    CHECK(all.empty());
  }
}
