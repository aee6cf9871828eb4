#include "asio-chat-bench/native_protocol.hpp"

#include "conversation.hpp"

#include "asio-chat-bench/text_protocol.hpp"
#include "wire/native_codec.hpp"

using namespace asio_chat::bench;
using native_1 = conversation<native_protocol>;
using strings = std::vector<std::string>;
namespace wire = asio_chat::wire;

namespace {

std::string framed(std::string_view json) {
  std::string out;
  text_protocol::append_frame(json, out);
  return out;
}

/// As the server itself writes it.
std::string said(std::string text) {
  asio_chat::entry e;
  e.room = "lobby";
  e.from = "bob";
  e.text = std::move(text);
  return wire::native::encode(asio_chat::event(std::move(e)));
}

} // namespace

TEST_CASE("native: a login is ready when the room has come", "[bench]") {
  native_1 one;
  CHECK(one.speaker.alpn() == "asio-chat/1");
  CHECK(one.log_in() == framed(R"({"type":"hello","name":"ann","room":"lobby","history":0})"));
  one.come(framed(R"({"v":1,"type":"welcome","name":"ann","resume":"ab"})"));
  one.come(framed(R"({"v":1,"type":"event","kind":"joined","room":"lobby","name":"ann"})"));
  CHECK_FALSE(one.speaker.ready());
  one.come(framed(R"({"v":1,"type":"room","ref":"","room":"lobby","topic":"","members":["ann"]})"));
  CHECK(one.speaker.ready());
  CHECK(one.publish("hi") == framed(R"({"type":"send","id":"1","room":"lobby","text":"hi"})"));
  CHECK(one.publish("\"") == framed(R"({"type":"send","id":"2","room":"lobby","text":"\""})"));
}

TEST_CASE("native: the texts of the server's own events are found", "[bench]") {
  native_1 one;
  one.log_in();
  const strings texts{"hello", "say \"text\":\"no\" \\ \n", "", "\u00fc"};
  for (const auto& text : texts)
    one.come_byte_by_byte(said(text));
  one.come(framed(R"({"v":1,"type":"ack","id":"1","room":"lobby","duplicate":false})"));
  CHECK(one.texts == texts);
  CHECK_FALSE(one.waits_for_more());
}

TEST_CASE("native: refusals and what is no message are broken", "[bench]") {
  const std::string bad =
      GENERATE(as<std::string>{}, framed(R"({"v":1,"type":"error","code":"too_many_rooms"})"),
               framed(R"({"v":1,"type":"goodbye","code":1001})"), framed("hello"), framed(""),
               framed(R"({"text":"no end)"), framed(R"({"text":"bad \x escape"})"),
               framed(R"(["text":"\n"])"), framed(R"([{"text":"\n"}])"),
               std::string("\x00\x01\x00\x01", 4), std::string("HTTP"));
  native_1 one;
  one.log_in();
  CHECK_THROWS_AS(one.come(bad), protocol::broken);
}
