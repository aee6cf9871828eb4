// A server listens on every address of a name, or on none.
#include "net/listener.hpp"

#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace asio_chat;
namespace asio = boost::asio;
using asio::ip::tcp;
using net::listener;

namespace {

tcp::endpoint at(const char* address, std::uint16_t port = 0) {
  return {asio::ip::make_address(address), port};
}

struct bench {
  result<std::vector<std::shared_ptr<listener>>> open(const std::vector<tcp::endpoint>& all) {
    return listener::open_all(
        context.get_executor(), log, [](transport::tcp_socket, const tcp::endpoint&) {}, all, 1);
  }

  asio::io_context context;
  std::vector<std::string> warnings;
  logger log{[this](severity, std::string_view message, std::span<const log_field> fields) {
    warnings.push_back(std::string(message) + ": " + fields[0].value);
  }};
};

} // namespace

TEST_CASE("listening: all addresses of a name get the same port") {
  bench b;
  const auto opened = b.open({at("127.0.0.1"), at("127.0.0.2"), at("127.0.0.3")});
  REQUIRE(opened.has_value());
  REQUIRE(opened->size() == 3);
  const auto port = (*opened)[0]->address().port();
  CHECK(port != 0);
  CHECK((*opened)[1]->address() == at("127.0.0.2", port));
  CHECK((*opened)[2]->address() == at("127.0.0.3", port));
  CHECK(b.warnings.empty());
}

TEST_CASE("listening: 0.0.0.0 and [::] have the same port, each for its own family") {
  bench b;
  const auto opened = b.open({at("0.0.0.0"), at("::")});
  REQUIRE(opened.has_value());
  if (opened->size() == 1) {
    CHECK(b.warnings.size() == 1); // a machine without IPv6
    return;
  }
  const auto port = opened->front()->address().port();
  CHECK((*opened)[1]->address() == at("::", port));
  (*opened)[0]->close();
  tcp::socket socket(b.context);
  error_code e;
  socket.connect(at("127.0.0.1", port), e);
  CHECK(e == asio::error::connection_refused);
}

TEST_CASE("listening: an address that this machine does not have is left out, but not the last") {
  bench b;
  const auto opened = b.open({at("192.0.2.7"), at("127.0.0.1")});
  REQUIRE(opened.has_value());
  REQUIRE(opened->size() == 1);
  CHECK(opened->front()->address().address().is_loopback());
  CHECK(b.warnings ==
        std::vector<std::string>{"An address is left out: cannot listen on 192.0.2.7:0: "
                                 "Cannot assign requested address"});
  const auto none = b.open({at("192.0.2.7", 8443)});
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message == "cannot listen on 192.0.2.7:8443: Cannot assign requested address");
}

TEST_CASE("listening: if one address is taken there is none") {
  bench b;
  const auto taken = b.open({at("127.0.0.2")});
  REQUIRE(taken.has_value());
  const auto port = taken->front()->address().port();
  const auto refused = b.open({at("127.0.0.1", port), at("127.0.0.2", port)});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message ==
        "cannot listen on 127.0.0.2:" + std::to_string(port) + ": Address already in use");
  CHECK(b.open({at("127.0.0.1", port)}).has_value()); // it was let go
}

TEST_CASE("listening: an address is told with its brackets") {
  bench b;
  const auto none = b.open({at("2001:db8::7", 8443)});
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().message.starts_with("cannot listen on [2001:db8::7]:8443: "));
}

TEST_CASE("listening: a socket that listens already is taken over, anything else is closed") {
  bench b;
  const auto adopt = [&](int socket) {
    return listener::adopt(
        b.context.get_executor(), b.log, [](transport::tcp_socket, const tcp::endpoint&) {},
        socket);
  };
  const int listens = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(::listen(listens, 1) == 0);
  const auto taken = adopt(listens);
  REQUIRE(taken.has_value());
  CHECK((*taken)->address().port() != 0);
  (*taken)->close();
  CHECK(::close(listens) != 0);
  for (const int kind : {SOCK_STREAM, SOCK_DGRAM}) {
    const int other = ::socket(AF_INET, kind, 0);
    const auto refused = adopt(other);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.starts_with("cannot listen on the given socket"));
    CHECK(::close(other) != 0); // it is closed
  }
}

TEST_CASE("listening: connections that wait are not taken one in each turn of the loop") {
  asio::io_context context;
  const logger log{log_function()};
  int came = 0;
  const auto opened = listener::open_all(
      context.get_executor(), log, [&](transport::tcp_socket, const tcp::endpoint&) { ++came; },
      {at("127.0.0.1")}, 64);
  REQUIRE(opened.has_value());
  std::vector<tcp::socket> all;
  for (int i = 0; i < 20; ++i)
    all.emplace_back(context).connect(opened->front()->address());
  opened->front()->start();
  while (came == 0)
    context.run_one();
  CHECK(came == 16);
  while (came < 20)
    context.run_one();
  CHECK(came == 20);
  opened->front()->close();
}
