#include "client/heartbeat.hpp"

#include "net/deadlines.hpp"
#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::client_room;
using namespace std::chrono_literals;

TEST_CASE("heartbeat: pings after the time of silence, gives up after twice that") {
  const steady_time start{};
  heartbeat h(60s, start);
  h.server_waits(300s);
  CHECK(h.check(start + 59s) == heartbeat::verdict::alive);
  CHECK(h.next_check() == start + 60s);
  CHECK(h.check(start + 60s) == heartbeat::verdict::ping);
  CHECK(h.check(start + 119s) == heartbeat::verdict::alive);
  h.heard(start + 119s);
  CHECK(h.check(start + 120s) == heartbeat::verdict::alive);
  CHECK(h.check(start + 179s) == heartbeat::verdict::ping);
  CHECK(h.check(start + 239s) == heartbeat::verdict::lost);
}

TEST_CASE("heartbeat: goes by one's own silence, however much is heard") {
  const steady_time start{};
  heartbeat h(60s, start);
  h.server_waits(300s);
  int pings = 0;
  for (auto t = 0s; t < 900s; t += 1s) {
    h.heard(start + t);
    if (h.check(start + t) == heartbeat::verdict::ping) ++pings;
  }
  CHECK(pings == 8); // every 100 s
  h.said(start + 899s);
  h.heard(start + 998s);
  CHECK(h.check(start + 998s) == heartbeat::verdict::alive);
  CHECK(h.next_check() == start + 999s);
}

TEST_CASE("heartbeat: stays well within any idle time, and assumes a minute if none is told") {
  const steady_time start{};
  const auto first_ping = [&](std::optional<std::chrono::milliseconds> idle_time) {
    heartbeat h(24h, start);
    h.server_waits(idle_time);
    return h.next_check() - start;
  };
  CHECK(first_ping(300s) == 100s);
  CHECK(first_ping(2s) == 666ms);
  CHECK(first_ping(1ms) == 10ms);
  CHECK(first_ping(std::nullopt) == 20s);
  CHECK(first_ping(0s) == 24h); // never: only the server's silence counts
  CHECK(heartbeat(24h, start).next_check() - start == 20s);
}

TEST_CASE("heartbeat: one's own silence is never due where the server has no idle time") {
  const steady_time start{};
  heartbeat h(60s, start);
  h.server_waits(0ms);
  for (auto t = 0s; t <= 24h; t += 59s) {
    h.heard(start + t);
    REQUIRE(h.check(start + t) == heartbeat::verdict::alive);
    REQUIRE(h.next_check() == start + t + 60s);
  }
}

TEST_CASE("heartbeat: a silent member stays through three idle times of a talking room") {
  struct connection final : net::expirable {
    void expire(net::phase) override { closed = true; }
    bool closed = false;
  };
  for (const std::chrono::milliseconds idle : {2'000ms, 60'000ms, 300'000ms}) {
    const steady_time start{};
    net::deadlines server({5s, 30s, idle, 60s, 2s});
    connection to_silent;
    connection to_deaf; // pings after what it hears, as clients once did
    heartbeat silent(60s, start);
    heartbeat deaf(60s, start);
    silent.server_waits(idle);
    deaf.server_waits(0ms);
    server.begin(to_silent, net::phase::idle, start);
    server.begin(to_deaf, net::phase::idle, start);
    for (auto t = 0ms; t <= 3 * idle; t += 100ms) {
      const steady_time now = start + t;
      for (const auto& [client, connection] : {std::pair(&silent, &to_silent), {&deaf, &to_deaf}}) {
        client->heard(now); // the room talks
        if (client->check(now) == heartbeat::verdict::ping)
          server.begin(*connection, net::phase::idle, now);
      }
      server.visit(now);
    }
    CHECK_FALSE(to_silent.closed);
    CHECK(to_deaf.closed);
  }
}
