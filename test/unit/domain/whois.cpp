// Who somebody is, as others are told.

#include "support/catch.hpp"
#include "unit/domain/moderated_world.hpp"

#include <memory>

using namespace asio_chat;
using test::lines;
using test::moderated_world;
using test::person;

TEST_CASE("of others it is told whether they are accounts, and since when they are here") {
  moderated_world w;
  person& alice = w.known("alice");
  w.known("olga", role::op);
  person& bob = w.come("bob");
  CHECK(w.say(bob, "/whois alice") ==
        lines{"alice: an account, member of this server, here since 2019-12-20 00:00 UTC"});
  CHECK(w.say(bob, "/whois OLGA") ==
        lines{"olga: an account, operator of this server, here since 2019-12-20 00:00 UTC"});
  CHECK(w.say(alice, "/whois bob") == lines{"bob: a guest, here since 2019-12-20 00:00 UTC"});
  CHECK(w.say(bob, "/whois nobody") == lines{"nobody here is called nobody, and no account"});
  CHECK(w.say(bob, "/whois").front() == "NAME is missing; usage: /whois NAME");
  CHECK(w.say(bob, "/whois \x1b[2J").front().find('\x1b') == std::string::npos);
}

TEST_CASE("an account that is away is one all the same") {
  moderated_world w;
  w.leave(w.known("alice"), true);
  person& bob = w.come("bob");
  CHECK(w.say(bob, "/whois alice") == lines{"alice: an account, member of this server; not here"});
}

TEST_CASE("by what somebody came is told to themselves, and with the address to operators") {
  moderated_world w;
  person& alice = w.known("alice");
  person& olga = w.known("olga", role::op);
  person& bob = w.come("bob");
  CHECK(w.say(alice, "/whois alice") ==
        lines{"alice: an account, member of this server, here since 2019-12-20 00:00 UTC",
              "came by device 1"});
  CHECK(w.say(olga, "/whois alice") ==
        lines{"alice: an account, member of this server, here since 2019-12-20 00:00 UTC",
              "came by device 1, from 192.0.2.1"});
  CHECK(w.say(olga, "/whois bob") == lines{"bob: a guest, here since 2019-12-20 00:00 UTC",
                                           "came without a certificate, from 192.0.2.3"});
  CHECK(w.say(bob, "/whois alice").size() == 1);
}

TEST_CASE("one whose name comes from a certificate is told as that") {
  moderated_world w;
  person& p = w.people.emplace_back();
  login l{w.new_identity(), "alice", true, true};
  l.certificate = std::make_shared<const certificate_login>(certificate_login{{1}, "alice"});
  p.self = w.hub.enter(p.ear, l).value();
  w.settle();
  CHECK(w.say(p, "/whois alice").front() ==
        "alice: who the certificate says, without an account, here since 2019-12-20 00:00 UTC");
}

TEST_CASE("one whom the host knows is no guest, and is told as known") {
  moderated_world w;
  person& alice = w.known("alice");
  person& p = w.people.emplace_back();
  login l{w.new_identity(), "erin", true, true};
  l.user = "uid=erin";
  l.as = role::member;
  p.self = w.hub.enter(p.ear, l).value();
  w.hub.join(*p.self, "lobby", "").value();
  w.settle();
  CHECK(w.say(alice, "/whois erin") ==
        lines{"erin: known to this server, member of it, here since 2019-12-20 00:00 UTC"});
  CHECK(w.say(alice, "/who") == lines{"online: alice, erin"});
}

TEST_CASE("guests are marked among the members of a room, also when they take another name") {
  moderated_world w;
  person& first = w.come("first");
  CHECK(w.say(first, "/who") == lines{"online: first"}); // all are guests
  w.leave(first, true);
  w.settle();
  person& alice = w.known("alice");
  person& bob = w.come("bob");
  CHECK(w.say(alice, "/who") == lines{"online: alice, bob (guest)"});
  w.say(bob, "/nick rob");
  CHECK(w.say(alice, "/who") == lines{"online: alice, rob (guest)"});
  w.say(bob, "/register password");
  CHECK(w.say(alice, "/who") == lines{"online: alice, rob"});
  w.say(bob, "/logout");
  CHECK(w.say(alice, "/who").front().ends_with("(guest)"));
  person& carol = w.come("carol", "");
  w.hub.join(*carol.self, "lobby", "").value();
  w.run();
  CHECK(alice.ear.last<member_joined>().guest);
  CHECK(carol.ear.last<room_state>().guests == lines{"carol", "rob-2"});
}
