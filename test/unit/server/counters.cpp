// What a server counts, each number by what makes it grow.

#include "domain/command_table.hpp"
#include "support/catch.hpp"
#include "unit/server/memory_world.hpp"

#include <asio_chat/server_counters.hpp>

using namespace asio_chat;
using test::server_world;

TEST_CASE("connections, logins and the bytes of both directions are counted") {
  server_config config;
  config.passphrase = "open sesame";
  server_world w(config);
  const auto c = w.connect();
  CHECK(w.chat->stats().accepted == 1);
  CHECK(w.chat->stats().bytes_read == 0);
  const std::string wrong = "{\"type\":\"hello\",\"name\":\"alice\",\"passphrase\":\"wrong\"}";
  w.say(c, wrong);
  CHECK(w.chat->stats().bytes_read == wire::frame(wrong).size());
  CHECK(w.chat->stats().bytes_written > 0);
  CHECK(w.chat->stats().refused_logins == 1);
  CHECK(w.chat->stats().logins == 0);
  w.say(w.connect(), "{'type':'hello','name':'no name','passphrase':'open sesame'}");
  CHECK(w.chat->stats().refused_logins == 2);
  w.say(w.connect(), "{'type':'hello','name':'alice','passphrase':'open sesame'}");
  CHECK(w.chat->stats().accepted == 3);
  CHECK(w.chat->stats().logins == 1);
  CHECK(w.chat->stats().refused_logins == 2);
}

TEST_CASE("requests are counted with their cost, those that are refused twice, entries once") {
  server_world w;
  const auto alice = w.log_in("alice");
  const auto bob = w.log_in("bob");
  const server_counters before = w.chat->stats();
  w.say(alice, "{'type':'send','room':'lobby','id':'1','text':'hello'}");
  server_counters now = w.chat->stats();
  CHECK(now.requests - before.requests == 1);
  CHECK(now.request_cost - before.request_cost == 1);
  CHECK(now.refused_requests == before.refused_requests);
  CHECK(now.entries - before.entries == 1);
  CHECK(now.deliveries - before.deliveries == 1); // bob's; alice has an acknowledgement
  w.say(alice, "{'type':'command','line':'/search for'}");
  w.say(alice, "{'type':'command','line':'/fly'}");
  now = w.chat->stats();
  CHECK(now.requests - before.requests == 3);
  CHECK(now.refused_requests - before.refused_requests == 1);
  CHECK(now.request_cost - before.request_cost == 1 + find_command("search")->cost);
  CHECK(now.entries - before.entries == 1);
}

TEST_CASE("connections that are ended for what they do are counted, each kind by itself") {
  server_config config;
  config.limits.login_time = std::chrono::seconds(1);
  config.limits.idle_time = std::chrono::minutes(1);
  server_world w(config);
  const auto silent = w.connect();
  const auto garbage = w.connect();
  garbage->send_bytes("GET / HTTP/1.1\r\n\r\n");
  w.run();
  CHECK(w.chat->stats().broken_protocols == 1);
  const auto alice = w.log_in("alice");
  w.time.advance(std::chrono::seconds(2));
  CHECK(w.chat->stats().late_logins == 1);
  CHECK(w.chat->stats().silent_ends == 0);
  w.time.advance(std::chrono::minutes(2));
  CHECK(w.chat->stats().silent_ends == 1);
  CHECK(w.chat->stats().late_logins == 1);
  CHECK(w.chat->stats().broken_protocols == 1);
  CHECK(w.chat->stats().slow_readers == 0);
}
