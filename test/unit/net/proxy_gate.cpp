// Connections of proxies: nothing is done with one until its header is there, and nothing is taken
// of what comes behind it.
#include "net/proxy_gate.hpp"

#include "support/catch.hpp"
#include "support/run_until.hpp"
#include "testing/manual_time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;
using namespace std::string_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using net::proxy_gate;

namespace {

/// 192.0.2.7:40000 over TCP, with an extension.
const std::string alices_header =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0F\xC0\x00\x02\x07\x0A\x00\x00\x01"
    "\x9C\x40\x20\xFB\x04\x00\x00"s;
const std::string own_header = "\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"s;

struct gate_world {
  tcp::socket connect() {
    tcp::socket proxy(context);
    proxy.connect(door.local_endpoint());
    gate->receive(door.accept(), "192.0.2.1:1",
                  [this](transport::tcp_socket s, const auto& client) {
                    passed.push_back(client ? client->address().to_string() : "the proxy");
                    socket.emplace(std::move(s));
                  });
    return proxy;
  }
  /// Real sockets take a moment; the clock stands still.
  template <class Done>
  bool until(Done done) {
    return test::run_until(context, [&] {
      time.run();
      return done();
    });
  }
  void say(tcp::socket& to, const std::string& bytes) { asio::write(to, asio::buffer(bytes)); }

  asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  tcp::acceptor door{context, {asio::ip::make_address("127.0.0.1"), 0}};
  std::vector<std::string> passed;
  std::vector<std::string> refused;
  std::optional<transport::tcp_socket> socket;
  std::shared_ptr<proxy_gate> gate = std::make_shared<proxy_gate>(
      transport::loop(context.get_executor()), net::read_proxies({"10.0.0.0/8", "unix"}).value(),
      3s, [this](const std::string& proxy, std::string_view why) {
        refused.push_back(proxy + ": " + std::string(why));
      });
};

} // namespace

TEST_CASE("proxies: who is one") {
  const auto all = net::read_proxies({"10.0.0.0/8", "2001:db8::7"});
  REQUIRE(all.has_value());
  CHECK_FALSE(all->through_unix_sockets);
  CHECK(all->networks.contains(asio::ip::make_address("10.1.2.3")));
  CHECK(net::read_proxies({"unix"})->through_unix_sockets);
  CHECK(net::read_proxies({})->empty());
  CHECK_FALSE(net::read_proxies({"10.0.0.0/8", "proxy.example"}).has_value());
}

TEST_CASE("proxies: a header that comes byte by byte passes, and what is behind it stays") {
  gate_world w;
  tcp::socket proxy = w.connect();
  for (const char c : alices_header)
    w.say(proxy, std::string(1, c));
  w.say(proxy, "ClientHello");
  REQUIRE(w.until([&] { return !w.passed.empty(); }));
  CHECK(w.passed == std::vector<std::string>{"192.0.2.7"});
  CHECK(w.gate->waiting() == 0);
  std::string rest(11, ' ');
  asio::read(*w.socket, asio::buffer(rest));
  CHECK(rest == "ClientHello");
  w.time.advance(10s);
  CHECK(w.refused.empty()); // its deadline is over with it
}

TEST_CASE("proxies: a connection of the proxy's own counts as the proxy's") {
  gate_world w;
  tcp::socket proxy = w.connect();
  w.say(proxy, own_header);
  REQUIRE(w.until([&] { return !w.passed.empty(); }));
  CHECK(w.passed == std::vector<std::string>{"the proxy"});
}

TEST_CASE("proxies: without a header, or with a broken one, a connection is closed and named") {
  gate_world w;
  tcp::socket proxy = w.connect();
  w.say(proxy, "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03 ClientHello"s);
  REQUIRE(w.until([&] { return !w.refused.empty(); }));
  CHECK(w.refused.back() == "192.0.2.1:1: it did not begin with a PROXY header");
  std::array<char, 1> byte{};
  error_code e;
  proxy.read_some(asio::buffer(byte), e);
  CHECK(e); // closed
  CHECK(w.passed.empty());
}

TEST_CASE("proxies: one that ends anywhere in its header is refused, and is not waited for") {
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16},
                              std::size_t{20}, alices_header.size() - 1}) {
    gate_world w;
    tcp::socket proxy = w.connect();
    w.say(proxy, alices_header.substr(0, n));
    proxy.shutdown(tcp::socket::shutdown_send);
    CAPTURE(n);
    REQUIRE(w.until([&] { return !w.refused.empty(); }));
    CHECK(w.refused.back() == "192.0.2.1:1: it ended before its PROXY header did");
    CHECK(w.gate->waiting() == 0);
  }
}

TEST_CASE("proxies: a header has its own deadline, wherever it stops") {
  for (const std::size_t n : {std::size_t{0}, std::size_t{7}, std::size_t{16}, std::size_t{30}}) {
    gate_world w;
    tcp::socket proxy = w.connect();
    w.say(proxy, alices_header.substr(0, n));
    w.until([&, i = 0]() mutable { return ++i > 20; }); // what has come is read
    w.time.advance(2999ms);
    CHECK(w.refused.empty());
    w.time.advance(1ms);
    REQUIRE(w.refused.size() == 1);
    CHECK(w.refused.back() == "192.0.2.1:1: no PROXY header came in time (proxy-timeout)");
    CHECK(w.gate->waiting() == 0);
  }
}

TEST_CASE("proxies: when the server ends those that wait are closed, and nobody is told") {
  gate_world w;
  std::vector<tcp::socket> all;
  for (std::size_t i = 0; i < 50; ++i)
    all.push_back(w.connect());
  CHECK(w.gate->waiting() == 50);
  w.gate->close();
  CHECK(w.gate->waiting() == 0);
  w.until([] { return true; });
  CHECK(w.passed.empty());
  CHECK(w.refused.empty()); // the server ends
}

TEST_CASE("proxies: so many wait at the same time, and more when one has passed") {
  gate_world w;
  w.gate = std::make_shared<proxy_gate>(
      transport::loop(w.context.get_executor()), net::proxy_list(), 3s,
      [&w](const std::string&, std::string_view why) { w.refused.emplace_back(why); }, 2);
  tcp::socket first = w.connect();
  tcp::socket second = w.connect();
  CHECK(w.refused.empty());
  tcp::socket third = w.connect();
  CHECK(w.refused ==
        std::vector<std::string>{"too many connections of proxies wait for their PROXY header"});
  w.say(first, alices_header);
  REQUIRE(w.until([&] { return !w.passed.empty(); }));
  tcp::socket fourth = w.connect();
  CHECK(w.refused.size() == 1);
}
