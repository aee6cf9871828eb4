// How a host tests its bot: a server, a network and a clock in memory, and no waiting.
#include "bot.hpp"

#include <asio_chat/host_member.hpp>
#include <asio_chat/testing/world.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using asio_chat::testing::world;

namespace {

void say(world& w, asio_chat::host_member& who, const std::string& text) {
  who.async_post({.room = "lobby", .text = text}, [](const auto&) {});
  w.run();
}

asio_chat::client_config named(const std::string& name) {
  asio_chat::client_config config;
  config.name = name;
  return config;
}

std::string last_word(world& w, asio_chat::host_member& who) {
  std::string last;
  asio_chat::log_range newest;
  newest.where = asio_chat::log_range::side::before;
  who.async_history("lobby", newest, [&](const auto& page) {
    last = page.value().entries.back().from + ": " + page.value().entries.back().text;
  });
  w.run();
  return last;
}

} // namespace

TEST_CASE("the bot answers") {
  world w;
  asio_chat::host_member ada(w.server(), "ada");
  bot echo(w.context(), named("bot"));
  echo.start();
  w.run();
  say(w, ada, "!echo hello");
  CHECK(last_word(w, ada) == "bot: hello");
}

TEST_CASE("the bot answers what was asked while its connection was lost") {
  world w;
  asio_chat::host_member ada(w.server(), "ada");
  bot echo(w.context(), named("bot"));
  echo.start();
  w.run();
  w.link(0).cut();
  w.run();
  say(w, ada, "!echo are you there?");
  CHECK(last_word(w, ada) == "ada: !echo are you there?");
  w.advance(1min);
  CHECK(w.links() == 2);
  CHECK(last_word(w, ada) == "bot: are you there?");
}

TEST_CASE("the bot answers once over a slow link") {
  world w;
  asio_chat::host_member ada(w.server(), "ada");
  bot echo(w.context(), named("bot"));
  echo.start();
  w.run();
  w.link(0).slow(100);
  say(w, ada, "!count");
  CHECK(last_word(w, ada) == "ada: !count");
  w.advance(10s);
  CHECK(last_word(w, ada) == "bot: 1 messages until now");
  const auto& traffic = w.link(0).traffic();
  CHECK(std::ranges::count_if(traffic, [](const auto& m) {
          return m.text.find("\"type\":\"send\"") != std::string::npos;
        }) == 1);
}
