// The parts of the client that make decisions, without a connection.
#include "client/backoff.hpp"
#include "client/heartbeat.hpp"
#include "client/login.hpp"
#include "client/membership.hpp"
#include "client/reconnect_policy.hpp"
#include "net/deadlines.hpp"
#include "support/catch.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

using namespace asio_chat;
using namespace asio_chat::client_room;
using namespace std::chrono_literals;
namespace native = asio_chat::wire::native;

TEST_CASE("backoff: doubles up to its bound, from half the step to the whole") {
  backoff low(500ms, 3s);
  CHECK(low.next(0) == 250ms);
  CHECK(low.next(0) == 500ms);
  CHECK(low.next(0) == 1000ms);
  CHECK(low.next(0) == 1500ms);
  CHECK(low.next(0) == 1500ms);
  low.reset();
  CHECK(low.next(0.999) == 499ms);
  backoff odd(0ms, 0ms);
  CHECK(odd.next(0.5) >= 0ms);
}

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

TEST_CASE("membership: is what the server says") {
  membership m("alice", "lobby");
  CHECK(m.rooms() == std::vector<std::string>{"lobby"});
  m.observe(room_state{"", "lobby", "", {}, {}});
  m.observe(room_state{"", "den", "", {}, {}});
  CHECK(m.rooms() == std::vector<std::string>{"lobby", "den"});
  m.observe(member_left{"den", "bob"});
  CHECK(m.rooms().size() == 2);
  CHECK(m.observe(reply{"r", "leave", {"you left #Den"}, {"#Den"}}) == "den");
  CHECK(m.rooms() == std::vector<std::string>{"lobby"});
  m.observe(member_renamed{"lobby", "alice", "ally"});
  CHECK(m.name() == "ally");
  m.observe(reply{"r", "nick", {}, {"al"}});
  CHECK(m.name() == "al");
  m.observe(member_left{"lobby", "al"});
  CHECK(m.rooms().empty());
}

TEST_CASE("login: joins the other rooms after the welcome, and leaves out those that refuse") {
  login l({"alice", {}, {}, ""},
          {{"", "lobby", position{7, 3}}, {"", "den", position{7, 9}}, {"", "attic", {}, 5}}, true);
  auto first = l.take_requests();
  REQUIRE(first.size() == 1);
  CHECK(std::get<native::hello>(first[0]).room == "lobby");
  CHECK(std::get<native::hello>(first[0]).after == position{7, 3});
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  auto joins = l.take_requests();
  REQUIRE(joins.size() == 2);
  CHECK(std::get<native::join>(joins[0]).after == position{7, 9});
  CHECK(std::get<native::join>(joins[1]).room == "attic");
  CHECK(std::get<native::join>(joins[1]).history == 5);
  CHECK(l.on(room_state{"", "lobby", "", {}, {}}) == login::outcome::under_way);
  CHECK(l.on(refused{"join-1", errc::room_invalid, "no"}) == login::outcome::under_way);
  CHECK(l.on(room_state{"join-2", "attic", "", {}, {}}) == login::outcome::done);
}

TEST_CASE("login: when the first room has refused us, who is in another one is no answer") {
  login l({"alice", {}, {}, ""}, {{"", "lobby"}, {"", "den"}}, true);
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  CHECK(l.on(refused{"", errc::too_many_rooms, "no"}) == login::outcome::under_way);
  // It came back to den meanwhile, and is told who is there once more: not that it may stay.
  CHECK(l.on(room_state{"", "den", "", {}, {}}) == login::outcome::under_way);
  CHECK(l.on(room_state{"join-1", "den", "", {}, {}}) == login::outcome::done);
}

TEST_CASE("reconnect policy: certificates and passphrases are for a person to look at") {
  const close_reason none;
  CHECK(worth_another_attempt(errc::timed_out, none));
  CHECK(worth_another_attempt(errc::name_taken, none));
  CHECK(worth_another_attempt(errc::server_stopping, none));
  CHECK(worth_another_attempt(
      boost::system::errc::make_error_code(boost::system::errc::connection_refused), none));
  CHECK_FALSE(worth_another_attempt(errc::certificate_changed, none));
  CHECK_FALSE(worth_another_attempt(errc::certificate_expired, none));
  CHECK_FALSE(worth_another_attempt(errc::wrong_passphrase, none));
  CHECK(comes_back({close_code::server_stopping, ""}));
  CHECK_FALSE(comes_back({close_code::quit, ""}));
  CHECK_FALSE(comes_back({close_code::protocol_error, ""}));
  CHECK(reason_of(fail(errc::certificate_changed, "x")).code == close_code::handshake_failed);
  CHECK(reason_of(fail(errc::name_taken, "x")).code == close_code::connection_lost);
}

TEST_CASE("reconnect policy: a server that refuses our certificate is not asked again") {
  const auto alert = [](int number) {
    return error_code(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + number)),
                      boost::asio::error::get_ssl_category());
  };
  const close_reason none;
  CHECK_FALSE(worth_another_attempt(alert(SSL_AD_CERTIFICATE_REVOKED), none));
  CHECK_FALSE(worth_another_attempt(alert(SSL_AD_UNKNOWN_CA), none));
  CHECK(worth_another_attempt(alert(SSL_AD_INTERNAL_ERROR), none));
  CHECK(reason_of({alert(SSL_AD_CERTIFICATE_REVOKED), "x"}).code == close_code::not_trusted);
  CHECK(reason_of({alert(SSL_AD_INTERNAL_ERROR), "x"}).code == close_code::connection_lost);
}

TEST_CASE("reconnect policy: what a server says with its goodbye is followed") {
  CHECK(worth_another_attempt(errc::closed_by_server, {close_code::idle, ""}));
  CHECK_FALSE(worth_another_attempt(errc::closed_by_server, {close_code::not_trusted, ""}));
  CHECK_FALSE(worth_another_attempt(errc::closed_by_server, {close_code::replaced, ""}));
}

TEST_CASE("login: keeps the goodbye, and knows which room refused us") {
  login l({"alice", {}, {}, ""}, {{"", "lobby"}, {"", "den"}}, true);
  CHECK_FALSE(l.goodbye());
  CHECK(l.room_of(refused{"", errc::room_invalid, "no"}) == "lobby");
  CHECK(l.on(native::welcome{"alice", "", 1, {}}) == login::outcome::under_way);
  CHECK(l.room_of(refused{"join-1", errc::room_invalid, "no"}) == "den");
  CHECK(l.on(native::goodbye{{close_code::replaced, "elsewhere"}}) == login::outcome::failed);
  CHECK(l.goodbye() == close_reason{close_code::replaced, "elsewhere"});
}
