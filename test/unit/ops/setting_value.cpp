#include "ops/setting_value.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::ops;
using namespace std::chrono_literals;

TEST_CASE("addresses", "[ops]") {
  CHECK(*parse_address("127.0.0.1:8443") == listen_address{"127.0.0.1", 8443});
  CHECK(*parse_address("[::1]:0") == listen_address{"::1", 0});
  CHECK(*parse_address("chat.example.org:65535") == listen_address{"chat.example.org", 65535});
  for (const char* bad : {"",
                          ":",
                          "localhost",
                          ":8443",
                          "[]:1",
                          "::1:8443",
                          "a b:1",
                          "[::1:8443",
                          "host:",
                          "host:x",
                          "host:-1",
                          "host:65536",
                          "host:1 ",
                          "host: 1",
                          "300.1.1.1:1",
                          "127.1:1",
                          "0x7f000001:1",
                          "1:1",
                          "1.2.3:1",
                          "127.0.0.1.:1",
                          "[localhost]:1",
                          "[1.2.3.4]:1",
                          "[::g]:1"}) {
    INFO(bad);
    CHECK_FALSE(parse_address(bad).has_value());
  }
}
