#include "base/host_port.hpp"

#include "support/catch.hpp"

#include <cstdint>

using namespace asio_chat;

TEST_CASE("an IPv6 address stands in brackets before a port, and nothing else does") {
  CHECK(host_port("::1", "8443") == "[::1]:8443");
  CHECK(host_port("fe80::1%lo", std::uint16_t{1}) == "[fe80::1%lo]:1");
  CHECK(host_port("127.0.0.1", 65535u) == "127.0.0.1:65535");
  CHECK(host_port("chat.example.org", std::uint16_t{443}) == "chat.example.org:443");
  CHECK(in_brackets("::") == "[::]");
  CHECK(in_brackets("localhost") == "localhost");
}

TEST_CASE("brackets are taken off where there are two, and something in between") {
  CHECK(without_brackets("[::1]") == "::1");
  for (const char* host : {"::1", "[::1", "::1]", "[]", "[", ""}) {
    CHECK(without_brackets(host) == host);
    CHECK(!is_in_brackets(host));
  }
}

TEST_CASE("a name whose last part is a number can only be meant as an IPv4 address") {
  for (const char* host :
       {"1", "127.1", "1.2.3", "300.1.1.1", "0x7f000001", "0X7F", "0x", "a.0x1F", "a.b.7", "1."})
    CHECK(ends_in_number(host));
  for (const char* host :
       {"", ".", "localhost", "1a", "a1", "0xg", "0x7f.example", "x1", "-1", "1.a."})
    CHECK(!ends_in_number(host));
}
