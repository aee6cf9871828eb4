#include "asio-chat-bench/redis_protocol.hpp"

#include "conversation.hpp"

using namespace asio_chat::bench;
using redis = conversation<redis_protocol>;
using strings = std::vector<std::string>;

TEST_CASE("Redis: a receiver subscribes, a publisher does not", "[bench]") {
  redis one;
  CHECK(one.log_in() == "SUBSCRIBE lobby\r\n");
  CHECK_FALSE(one.speaker.ready());
  one.come_byte_by_byte("*3\r\n$9\r\nsubscribe\r\n$5\r\nlobby\r\n:1\r\n");
  CHECK(one.speaker.ready());

  redis publisher;
  CHECK(publisher.log_in(true) == "PING\r\n");
  CHECK_FALSE(publisher.speaker.ready());
  publisher.come("+PONG\r\n:17\r\n");
  CHECK(publisher.speaker.ready());
  CHECK(publisher.publish("hi") == "*3\r\n$7\r\nPUBLISH\r\n$5\r\nlobby\r\n$2\r\nhi\r\n");
}

TEST_CASE("Redis: texts are found wherever the bytes are split", "[bench]") {
  redis one;
  one.log_in();
  one.come_byte_by_byte("*3\r\n$7\r\nmessage\r\n$5\r\nlobby\r\n$5\r\nhello\r\n"
                        "*3\r\n$7\r\nmessage\r\n$5\r\nlobby\r\n$6\r\n\r\n$1\r\n\r\n");
  CHECK(one.texts == strings{"hello", "\r\n$1\r\n"});
  CHECK_FALSE(one.waits_for_more());
}

TEST_CASE("Redis: what is not of the protocol is broken", "[bench]") {
  const std::string bad = GENERATE(
      as<std::string>{}, "-NOAUTH Authentication required.\r\n", "\r\n", "\n", "?3\r\n", "*2\r\n",
      "*-1\r\n", "*99999999999999999999\r\n", "*3\r\n\r\n", "*3\r\n+a\r\n", "*3\r\n$99999999\r\n",
      "*3\r\n$3\r\nmessage\r\n", "*3\r\n$8\r\npmessage\r\n$1\r\nx\r\n$1\r\ny\r\n");
  redis one;
  one.log_in();
  CHECK_THROWS_AS(one.come(bad), protocol::broken);
}
