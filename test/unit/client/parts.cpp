// The parts of the client that decide, without a connection.
#include "client/backoff.hpp"
#include "client/heartbeat.hpp"
#include "client/login.hpp"
#include "client/membership.hpp"
#include "client/reconnect_policy.hpp"
#include "support/catch.hpp"

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
  CHECK(h.check(start + 59s) == heartbeat::verdict::alive);
  CHECK(h.next_check() == start + 60s);
  CHECK(h.check(start + 60s) == heartbeat::verdict::ping);
  CHECK(h.check(start + 119s) == heartbeat::verdict::alive);
  h.heard(start + 119s);
  CHECK(h.check(start + 120s) == heartbeat::verdict::alive);
  CHECK(h.check(start + 179s) == heartbeat::verdict::ping);
  CHECK(h.check(start + 239s) == heartbeat::verdict::lost);
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

TEST_CASE("reconnect policy: certificates and passphrases are for a person to look at") {
  CHECK(worth_another_attempt(errc::timed_out));
  CHECK(worth_another_attempt(errc::name_taken));
  CHECK(worth_another_attempt(errc::server_stopping));
  CHECK(worth_another_attempt(
      boost::system::errc::make_error_code(boost::system::errc::connection_refused)));
  CHECK_FALSE(worth_another_attempt(errc::certificate_changed));
  CHECK_FALSE(worth_another_attempt(errc::certificate_expired));
  CHECK_FALSE(worth_another_attempt(errc::wrong_passphrase));
  CHECK(comes_back({close_code::server_stopping, ""}));
  CHECK_FALSE(comes_back({close_code::quit, ""}));
  CHECK_FALSE(comes_back({close_code::protocol_error, ""}));
  CHECK(reason_of(fail(errc::certificate_changed, "x")).code == close_code::handshake_failed);
}
