// What a host tests with: links that break on command, and a time that the test moves.
#include <asio_chat/client.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/testing/world.hpp>

#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <memory>
#include <optional>
#include <stdexcept>

using namespace asio_chat;
using namespace std::chrono_literals;
using testing::world;
using words = std::vector<std::string>;

namespace {

/// A client that notes its events in words.
struct person {
  person(world& w, const std::string& name, bool reconnect = true)
      : chat(w.context(), named(name, reconnect)) {
    chat.async_connect([this](error_code e, const connected&) {
      outcome = e;
      if (!e) listen();
    });
    w.run();
  }
  static client_config named(const std::string& name, bool reconnect) {
    client_config config;
    config.name = name;
    config.reconnect = reconnect;
    return config;
  }
  void listen() {
    chat.async_receive([this](error_code e, const client_event& event) {
      if (e) return;
      if (const auto* said = std::get_if<entry>(&event)) heard.push_back(said->text);
      if (std::get_if<disconnected>(&event)) heard.emplace_back("disconnected");
      if (const auto* c = std::get_if<connected>(&event); c && c->again) heard.emplace_back("back");
      listen();
    });
  }
  words news() { return std::exchange(heard, {}); }

  client chat;
  std::optional<error_code> outcome;
  words heard;
};

void say(world& w, host_member& who, const std::string& text) {
  who.async_post({.room = "lobby", .text = text}, [](const auto&) {});
  w.run();
}

} // namespace

TEST_CASE("a client on the context of a world reaches its server, by a link that is recorded") {
  world w;
  host_member ada(w.server(), "ada");
  person bob(w, "bob");
  REQUIRE(bob.outcome == error_code());
  REQUIRE(w.links() == 1);
  say(w, ada, "hello");
  CHECK(bob.news() == words{"hello"});
  const auto& traffic = w.link(0).traffic();
  REQUIRE(traffic.size() >= 3);
  CHECK(traffic.front().from == testing::end::client);
  CHECK(traffic.front().text.find("\"type\":\"hello\"") != std::string::npos);
  CHECK(traffic.back().from == testing::end::server);
  CHECK(traffic.back().at == w.now());
  CHECK_THROWS_AS(w.link(1), std::out_of_range);
}

TEST_CASE(
    "a link that is cut ends the connection for both, and the client comes back by a new one") {
  world w;
  host_member ada(w.server(), "ada");
  person bob(w, "bob");
  w.link(0).cut();
  w.link(0).heal(); // does nothing any more
  w.run();
  CHECK(w.link(0).is_cut());
  CHECK(w.server().stats().sessions == 0);
  CHECK(bob.news() == words{"disconnected"});
  say(w, ada, "missed");
  w.advance(1min);
  CHECK(bob.news() == words{"back", "missed"});
  CHECK(w.links() == 2);
  CHECK_FALSE(w.link(1).is_cut());
}

TEST_CASE("over a link that is stalled nothing comes, nobody is told, and it goes on when healed") {
  world w;
  host_member ada(w.server(), "ada");
  person bob(w, "bob");
  w.link(0).stall();
  say(w, ada, "hello");
  w.advance(10s);
  CHECK(bob.news().empty());
  CHECK(w.server().stats().sessions == 1);
  w.link(0).heal();
  w.run();
  CHECK(bob.news() == words{"hello"});
}

TEST_CASE("a link that stays stalled is given up by both ends in the time of the world") {
  world w;
  person bob(w, "bob");
  w.link(0).stall();
  w.advance(1h);
  CHECK(bob.news().front() == "disconnected");
  CHECK(w.links() > 1);
}

TEST_CASE("a slow link lets so many bytes through in a second, and no more") {
  world w;
  host_member ada(w.server(), "ada");
  person bob(w, "bob");
  w.link(0).slow(1'000);
  say(w, ada, std::string(3'000, 'x'));
  w.advance(3s);
  CHECK(bob.news().empty());
  w.advance(1s);
  CHECK(bob.news().size() == 1);
  say(w, ada, std::string(3'000, 'x'));
  w.link(0).heal();
  w.run();
  CHECK(bob.news().size() == 1);
}

TEST_CASE(
    "a world that refuses connections refuses the first and those of clients that come back") {
  world w;
  w.refuse(true);
  person bob(w, "bob", false);
  w.advance(1min);
  CHECK(bob.outcome == error_code(boost::asio::error::connection_refused));
  w.refuse(false);
  person carol(w, "carol");
  CHECK(carol.outcome == error_code());
  w.refuse(true);
  w.link(0).cut();
  w.advance(1min);
  CHECK(w.links() == 1);
  w.refuse(false);
  w.advance(1min);
  CHECK(carol.news().back() == "back");
}

TEST_CASE("a server is restarted, and clients come back to the new one") {
  world w;
  person bob(w, "bob");
  w.restart();
  w.advance(1min);
  CHECK(w.server().stats().members == 1);
  CHECK(bob.news().back() == "back");
}

TEST_CASE("hooks and configuration of a world are those of its server") {
  server_config config;
  config.default_room = "den";
  world w(config, {.on_post = [](const post_request&, const post_answer_handler& h) {
            h(host_refusal{"no"});
          }});
  person bob(w, "bob");
  std::optional<error_code> sent;
  bob.chat.async_send("lobby", "hello", [&](error_code e, const auto&) { sent = e; });
  w.run();
  CHECK(sent == make_error_code(errc::not_allowed));
  CHECK(w.server().rooms().size() == 1);
}
