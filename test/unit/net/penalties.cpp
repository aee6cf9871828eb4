#include "net/penalties.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

using namespace asio_chat;
using namespace std::chrono_literals;
using net::host_of;
using net::network_of;
using net::offence;
using net::penalties;

namespace {

net::address_key at(const char* address) {
  return host_of(boost::asio::ip::make_address(address));
}

/// Passwords that are wrong, until the host is refused: for how long.
std::chrono::milliseconds misbehave(penalties& p, const net::address_key& host) {
  for (;;)
    if (const auto refused = p.add(host, offence::login); refused.count() > 0) return refused;
}

} // namespace

TEST_CASE("addresses are counted as hosts and as networks, IPv6 by its prefixes") {
  CHECK(at("192.0.2.1") == at("::ffff:192.0.2.1"));
  CHECK(at("192.0.2.1") != at("192.0.2.2"));
  CHECK(network_of(at("192.0.2.1")) == network_of(at("192.0.2.254")));
  CHECK(network_of(at("192.0.2.1")) != network_of(at("192.0.3.1")));
  CHECK(at("2001:db8:1:2::1") == at("2001:db8:1:2:ffff::9"));
  CHECK(at("2001:db8:1:2::1") != at("2001:db8:1:3::1"));
  CHECK(network_of(at("2001:db8:1:2::1")) == network_of(at("2001:db8:1:ff::1")));
  CHECK(network_of(at("2001:db8:1:2::1")) != network_of(at("2001:db8:1:102::1")));
  CHECK(net::is_loopback(boost::asio::ip::make_address("127.1.2.3")));
  CHECK(net::is_loopback(boost::asio::ip::make_address("::ffff:127.0.0.1")));
  CHECK(net::is_loopback(boost::asio::ip::make_address("::1")));
  CHECK_FALSE(net::is_loopback(boost::asio::ip::make_address("::2")));
}

TEST_CASE("penalties: a few offences are forgiven, more of them mean to wait, longer each time") {
  testing::manual_clock clock;
  const std::chrono::milliseconds longest = 10min;
  penalties p(clock, longest);
  const auto host = at("192.0.2.1");
  CHECK(p.add(host, offence::login) == 0ms);
  CHECK(p.add(host, offence::login) == 0ms);
  CHECK_FALSE(p.is_refused(host));
  CHECK(p.add(host, offence::login) == 15s); // 5 s each
  CHECK(p.is_refused(host));
  CHECK_FALSE(p.is_refused(at("192.0.2.2")));
  CHECK(p.add(host, offence::deadline) == 0ms); // begun before
  clock.advance(14'999ms);
  CHECK(p.is_refused(host));
  clock.advance(1ms);
  CHECK_FALSE(p.is_refused(host));
  for (const auto longer : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    CHECK(misbehave(p, host) == longer);
    clock.advance(longer);
  }
  clock.advance(10min);
  CHECK(misbehave(p, host) == 15s); // it was forgotten
}

TEST_CASE("penalties: offences run down, so that a look at the port once a second costs nothing") {
  testing::manual_clock clock;
  const std::chrono::milliseconds longest = 10min;
  penalties p(clock, longest);
  for (int i = 0; i < 1000; ++i) {
    CHECK(p.add(at("192.0.2.1"), offence::left) == 0ms);
    clock.advance(1s);
  }
  CHECK(p.refused_hosts() == 0);
}

TEST_CASE("penalties: without a longest time there are none") {
  testing::manual_clock clock;
  const std::chrono::milliseconds longest = 0ms;
  penalties p(clock, longest);
  for (int i = 0; i < 100; ++i)
    CHECK(p.add(at("192.0.2.1"), offence::protocol) == 0ms);
  CHECK(p.size() == 0);
}

TEST_CASE("penalties: the table is bounded, and forgets first who waits least") {
  testing::manual_clock clock;
  const std::chrono::milliseconds longest = 10min;
  penalties p(clock, longest);
  const auto worst = at("192.0.2.1");
  misbehave(p, worst);
  const auto a_lot = static_cast<unsigned>(penalties::max_hosts) + 10;
  for (unsigned i = 0; i < a_lot; ++i)
    p.add(host_of(boost::asio::ip::address_v4(0x0A000000u + i)), offence::left);
  CHECK(p.size() == penalties::max_hosts);
  CHECK(p.is_refused(worst));
  clock.advance(11min);
  p.add(at("192.0.2.9"), offence::left);
  CHECK(p.size() == 1);
}
