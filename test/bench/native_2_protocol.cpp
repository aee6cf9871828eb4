#include "asio-chat-bench/native_2_protocol.hpp"

#include "conversation.hpp"

#include "wire/compact_codec.hpp"
#include "wire/frame.hpp"

using namespace asio_chat::bench;
using native_2 = conversation<native_2_protocol>;
using strings = std::vector<std::string>;
namespace wire = asio_chat::wire;
namespace native = wire::native;
namespace compact = wire::compact;

namespace {

native::request heard(const std::string& frame) {
  compact::id_counter ids;
  auto read = compact::parse_request(std::string_view(frame).substr(wire::header_bytes), ids);
  REQUIRE(read.index() == 0);
  return std::get<0>(std::move(read));
}

/// As the server itself writes it.
std::string said(const strings& texts) {
  compact::numbered_log log(1, "lobby", 7, {});
  std::vector<asio_chat::entry> entries(texts.size());
  std::vector<const asio_chat::entry*> group;
  for (std::size_t n = 0; n < texts.size(); ++n) {
    entries[n].from = "bob";
    entries[n].at = {7, n + 1};
    entries[n].text = texts[n];
    group.push_back(&entries[n]);
  }
  std::string frames;
  for (const std::string& one : compact::encode(group, log))
    frames += one;
  return log.announcement() + frames;
}

std::string told(asio_chat::event e) {
  return compact::encode(e, {});
}

} // namespace

TEST_CASE("native-2: a login is ready when the room has come", "[bench]") {
  native_2 one;
  CHECK(one.speaker.alpn() == "asio-chat/2");
  const auto hello = std::get<native::hello>(heard(one.log_in()));
  CHECK(hello.name == "ann");
  CHECK(hello.room == "lobby");
  CHECK(hello.history == 0u);
  one.come(told(asio_chat::member_joined{"lobby", "ann"}));
  CHECK_FALSE(one.speaker.ready());
  one.come(told(asio_chat::room_state{"", "lobby", "", {"ann"}, {7, 1}}));
  CHECK(one.speaker.ready());
  const auto send = std::get<native::send>(heard(one.publish("hi")));
  CHECK(send.id == "1");
  CHECK(send.room == "lobby");
  CHECK(send.text == "hi");
}

TEST_CASE("native-2: the texts of the server's own groups are found", "[bench]") {
  native_2 one;
  one.log_in();
  const strings texts{"hello", "say \"text\"", "", "\u00fc"};
  one.come_byte_by_byte(said(texts));
  one.come(told(asio_chat::acknowledged{"1", "lobby", {7, 1}, {}, false}));
  CHECK(one.texts == texts);
  CHECK_FALSE(one.waits_for_more());
}

TEST_CASE("native-2: refusals and what is no message are broken", "[bench]") {
  const std::string bad = GENERATE(
      as<std::string>{}, told(asio_chat::refused{"1", asio_chat::errc::too_many_rooms, "no"}),
      compact::encode(native::goodbye{{asio_chat::close_code::server_stopping, "bye"}}),
      wire::frame(""), wire::frame("hello"), std::string("\x00\x01\x00\x01", 4),
      std::string("HTTP"));
  native_2 one;
  one.log_in();
  CHECK_THROWS_AS(one.come(bad), protocol::broken);
}
