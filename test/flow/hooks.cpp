// What a host program decides, for clients of the text protocol over TLS.
#include "support/chat_world.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

/// Everybody is a user by their name in small letters; `mallory` is not welcome.
server_hooks users(std::vector<login_request>& seen) {
  return {.authenticate = [&seen](const login_request& r, const login_answer_handler& answer) {
    seen.push_back(r);
    if (r.name == "mallory") return answer(login_refused{.why = "not you", .for_good = true});
    answer(login_accepted{.user = r.name == "al" ? "alice" : r.name});
  }};
}

} // namespace

TEST_CASE("a host decides about clients of the text protocol by their names") {
  std::vector<login_request> seen;
  chat_world w({}, users(seen));
  w.join("alice");
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].name == "alice");
  CHECK_FALSE(seen[0].password);
  CHECK(seen[0].address.starts_with("127.0.0.1:"));
  text_client& mallory = w.raw({"mallory"});
  REQUIRE(w.until([&] { return mallory.ended; }));
  CHECK(w.server->stats().members == 1);
}

TEST_CASE("behind a shared passphrase the host is asked when the name is known, and once") {
  std::vector<login_request> seen;
  server_config config;
  config.passphrase.emplace("open sesame");
  chat_world w(std::move(config), users(seen));
  text_client& alice = w.raw({"open sesame"});
  REQUIRE(w.until([&] { return alice.has("ok"); }));
  CHECK(seen.empty());
  alice.say("alice");
  REQUIRE(w.until([&] { return alice.has("* alice joined the chat *"); }));
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].name == "alice");
  CHECK_FALSE(seen[0].password);
  text_client& wrong = w.raw({"guess"});
  REQUIRE(w.until([&] { return wrong.ended; }));
  CHECK(seen.size() == 1);
}

TEST_CASE("one more connection of a user is told the name of the member") {
  std::vector<login_request> seen;
  chat_world w({}, users(seen));
  w.join("alice");
  text_client& second = w.raw({"al"});
  REQUIRE(w.until([&] { return second.has("* you are known as alice *"); }));
  CHECK(w.server->stats().members == 1);
}

TEST_CASE("a connection that the host has accepted is served like any other") {
  chat_world w;
  asio::ip::tcp::acceptor mine(w.context, {asio::ip::make_address("127.0.0.1"), 0});
  mine.async_accept([&](const error_code& e, asio::ip::tcp::socket s) {
    REQUIRE_FALSE(e);
    w.server->accept(std::move(s));
  });
  text_client& alice = w.clients.emplace_back(w.context, mine.local_endpoint());
  alice.start({"alice"});
  REQUIRE(w.until([&] { return alice.has("* alice joined the chat *"); }));
  CHECK(w.server->sessions().at(0).address.starts_with("127.0.0.1:"));
}

TEST_CASE("a socket that is not connected, or of a server without certificate, is not taken") {
  chat_world w;
  CHECK_THROWS_AS(w.server->accept(asio::ip::tcp::socket(w.context)), error);
  server without(w.context, {});
  asio::ip::tcp::socket s(w.context);
  s.connect(w.at);
  CHECK_THROWS_AS(without.accept(std::move(s)), error);
  CHECK(without.stats().sessions == 0);
}

TEST_CASE("a server that has stopped closes what it is given") {
  chat_world w;
  bool stopped = false;
  asio::ip::tcp::acceptor mine(w.context, {asio::ip::make_address("127.0.0.1"), 0});
  w.server->async_stop([&](const error_code&) { stopped = true; });
  REQUIRE(w.until([&] { return stopped; }));
  asio::ip::tcp::socket theirs(w.context);
  theirs.connect(mine.local_endpoint());
  w.server->accept(mine.accept());
  CHECK(w.server->stats().sessions == 0);
  char one = 0;
  error_code e;
  theirs.read_some(asio::buffer(&one, 1), e);
  CHECK(e == asio::error::eof);
}
