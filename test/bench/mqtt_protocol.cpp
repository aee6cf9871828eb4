#include "asio-chat-bench/mqtt_protocol.hpp"

#include "conversation.hpp"

using namespace asio_chat::bench;
using namespace std::string_literals;
using mqtt = conversation<mqtt_protocol>;
using strings = std::vector<std::string>;

namespace {

const auto connected = "\x20\x02\x00\x00"s;
const auto subscribed = "\x90\x03\x00\x01\x00"s;

} // namespace

TEST_CASE("MQTT: a receiver subscribes, a publisher does not", "[bench]") {
  mqtt one;
  CHECK(one.log_in() == "\x10\x0f\x00\x04MQTT\x04\x02\x00\x00\x00\x03"
                        "ann"s);
  one.come_byte_by_byte(connected);
  CHECK(one.out == "\x82\x0a\x00\x01\x00\x05lobby\x00"s);
  CHECK_FALSE(one.speaker.ready());
  one.come_byte_by_byte(subscribed);
  CHECK(one.speaker.ready());

  mqtt publisher;
  publisher.log_in(true);
  publisher.come(connected);
  CHECK(publisher.out.empty());
  CHECK(publisher.speaker.ready());
  CHECK(publisher.publish("hi") == "\x30\x09\x00\x05lobbyhi"s);
}

TEST_CASE("MQTT: lengths of one, two and three bytes go out and come in", "[bench]") {
  const std::size_t size = GENERATE(as<std::size_t>{}, 0, 120, 121, 8'000, 16'376, 16'377, 32'000);
  const std::string text(size, 'x');
  mqtt one;
  one.log_in();
  const auto packet = one.publish(text);
  one.come(packet.substr(0, 3));
  one.come(packet.substr(3));
  one.come(packet);
  CHECK(one.texts == strings{text, text});
  CHECK_FALSE(one.waits_for_more());
}

TEST_CASE("MQTT: texts are found wherever the bytes are split", "[bench]") {
  mqtt one;
  one.log_in();
  one.come_byte_by_byte("\x30\x09\x00\x05lobbyhi\x30\x07\x00\x05lobby"s);
  CHECK(one.texts == strings{"hi", ""});
}

TEST_CASE("MQTT: what is not of the protocol is broken", "[bench]") {
  const std::string bad =
      GENERATE(as<std::string>{}, "\x20\x02\x00\x05"s, "\x20\x01\x00"s, "\x20\x00"s,
               "\x90\x03\x00\x01\x80"s, "\x90\x01\x00"s, "\x30\x01\x00"s, "\x30\x03\x00\x05l"s,
               "\x30\xff\xff\xff\xff\x01"s, "\x30\xff\xff\x7f"s, "\x32\x00"s);
  mqtt one;
  one.log_in();
  CHECK_THROWS_AS(one.come(bad), protocol::broken);
}
