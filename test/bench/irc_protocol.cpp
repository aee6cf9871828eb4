#include "asio-chat-bench/irc_protocol.hpp"

#include "conversation.hpp"

using namespace asio_chat::bench;
using irc = conversation<irc_protocol>;
using strings = std::vector<std::string>;

TEST_CASE("IRC: a login is ready when the channel's names have come", "[bench]") {
  irc one;
  CHECK(one.log_in() == "NICK ann\r\nUSER ann 0 * :ann\r\n");
  one.come(":irc NOTICE * :*** looking up\r\n:irc 001 ann :Welcome\r\n:irc 422 ann :no MOTD\r\n");
  CHECK(one.out == "JOIN #lobby\r\n");
  CHECK_FALSE(one.speaker.ready());
  one.come(":ann!ann@x JOIN :#lobby\r\n:irc 353 ann = #lobby :@ann\r\n");
  CHECK_FALSE(one.speaker.ready());
  one.come(":irc 366 ann #lobby :End of NAMES list\r\n");
  CHECK(one.speaker.ready());
  CHECK(one.publish("hi") == "PRIVMSG #lobby :hi\r\n");
}

TEST_CASE("IRC: texts are found wherever the bytes are split", "[bench]") {
  irc one;
  one.log_in();
  one.come_byte_by_byte(":bob!b@x PRIVMSG #lobby :a text : with colons\r\n"
                        ":bob!b@x PRIVMSG #lobby word\n:bob!b@x QUIT :gone\r\n");
  CHECK(one.texts == strings{"a text : with colons", ""});
  CHECK_FALSE(one.waits_for_more());
}

TEST_CASE("IRC: a ping is answered with what it says", "[bench]") {
  irc one;
  one.log_in();
  one.come("PING :irc.localhost\r\n:irc PING x\r\n");
  CHECK(one.out == "PONG :irc.localhost\r\nPONG x\r\n");
}

TEST_CASE("IRC: refusals and lines without an end are broken", "[bench]") {
  const std::string refusal =
      GENERATE(as<std::string>{}, "ERROR :Closing link: Excess Flood\r\n",
               ":irc 433 * ann :Nickname is already in use\r\n",
               ":irc 404 ann #lobby :Cannot send to channel\r\n", ":irc 520 ann :no\r\n");
  irc one;
  one.log_in();
  CHECK_THROWS_AS(one.come(refusal), protocol::broken);
  irc other;
  other.log_in();
  CHECK_NOTHROW(other.come(std::string(8'000, 'x')));
  CHECK_THROWS_AS(other.come(std::string(1'000, 'x')), protocol::broken);
}
