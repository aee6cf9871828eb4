#include "asio-chat-bench/nats_protocol.hpp"

#include "conversation.hpp"

using namespace asio_chat::bench;
using nats = conversation<nats_protocol>;
using strings = std::vector<std::string>;

TEST_CASE("NATS: INFO comes in the clear, and a login is ready at PONG", "[bench]") {
  nats one;
  CHECK(one.speaker.greeting() == "INFO ");
  const auto said = one.log_in();
  CHECK(said.find(R"("echo":false)") != std::string::npos);
  CHECK(said.find(R"("name":"ann"})") != std::string::npos);
  CHECK(said.substr(said.find('\n')) == "\nSUB lobby 1\r\nPING\r\n");
  one.come("INFO {\"server_id\":\"x\"}\r\n+OK\r\n");
  CHECK_FALSE(one.speaker.ready());
  one.come("PONG\r\n");
  CHECK(one.speaker.ready());
  CHECK(one.publish("hi there") == "PUB lobby 8\r\nhi there\r\n");
}

TEST_CASE("NATS: texts are found wherever the bytes are split", "[bench]") {
  nats one;
  one.log_in();
  one.come_byte_by_byte("MSG lobby 1 5\r\nhello\r\nMSG lobby 1 answer.to 4\r\n\r\nx\n\r\n"
                        "MSG lobby 1 0\r\n\r\nPING\r\n");
  CHECK(one.texts == strings{"hello", "\r\nx\n", ""});
  CHECK(one.out == "PONG\r\n");
  CHECK_FALSE(one.waits_for_more());
}

TEST_CASE("NATS: what is not of the protocol is broken", "[bench]") {
  const std::string bad = GENERATE(
      as<std::string>{}, "-ERR 'Authorization Violation'\r\n", "MSG lobby 1 five\r\nhello\r\n",
      "MSG lobby 1 -5\r\nhello\r\n", "MSG lobby 1 3\r\nhello\r\n", "MSG lobby 1 999999999\r\n",
      "MSG lobby 1 99999999999999999999\r\n", "MSG\r\n", "HELLO\r\n", "\r\n");
  nats one;
  one.log_in();
  CHECK_THROWS_AS(one.come(bad), protocol::broken);
}
