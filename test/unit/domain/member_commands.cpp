// Commands of a member about itself: /nick, /quit.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

TEST_CASE("C40: /nick changes the name, everybody is told, in every room") {
  domain_world w;
  person& bob = w.in("bob", "a");
  w.type(bob, "/join b");
  person& alice = w.in("alice", "a");
  person& carol = w.in("carol", "b");
  person& dave = w.in("dave", "c");
  w.settle();
  w.type(bob, "/nick Robert", {}, "r");
  CHECK(bob.news() == heard{"a bob>Robert", "b bob>Robert", "reply[r] nick: Robert"});
  CHECK(alice.news() == heard{"a bob>Robert"});
  CHECK(carol.news() == heard{"b bob>Robert"});
  CHECK(dave.news().empty());
  CHECK(w.hub.find_member("robert") == &bob.self->of());
  CHECK(w.hub.find_member("bob") == nullptr);
  w.type(bob, "it is me", "a");
  w.run();
  CHECK(alice.news() == heard{"a@1 Robert: it is me"});
  w.enter("bob"); // the name is free
}

TEST_CASE("C40: a name that is taken or is none is refused, and nothing changes") {
  domain_world w;
  person& alice = w.in("Alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(bob, "/nick ALICE", {}, "r");
  CHECK(bob.news() == heard{"refused[r] name_taken: the name ALICE is taken"});
  for (const std::string bad : {"two words", "-x", "ä♥", "123456789012345678901"}) {
    w.type(bob, "/nick " + bad);
    CHECK(bob.ear.last<refused>().code == errc::name_invalid);
  }
  CHECK(bob.self->name() == "bob");
  CHECK(alice.news().empty());
}

TEST_CASE("C40: one's own name in another case is a new name, the very same is none") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(bob, "/nick Bob", {}, "r");
  CHECK(bob.news() == heard{"lobby bob>Bob", "reply[r] nick: Bob"});
  CHECK(alice.news() == heard{"lobby bob>Bob"});
  w.type(bob, "/nick Bob", {}, "r");
  CHECK(bob.news() == heard{"reply[r] nick: Bob"});
  CHECK(alice.news().empty());
}

TEST_CASE("an acknowledgement finds a member who changed the name meanwhile") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.send(bob, "hello", "m1");
  w.hub.rename(bob.self->of(), "robert").value(); // as a request it would have waited
  w.run();
  CHECK(bob.news() == heard{"lobby bob>robert", "ack m1 lobby@1"});
  CHECK(alice.news() == heard{"lobby bob>robert", "lobby@1 bob: hello"});
}

TEST_CASE("C38: /quit, in any case, asks the sink to close and nothing else") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(bob, "/qUiT");
  REQUIRE(bob.ear.closed);
  CHECK(*bob.ear.closed == close_reason{close_code::quit, "goodbye"});
  CHECK(alice.news().empty()); // the session leaves the hub when it closes
  CHECK(w.hub.member_count() == 2);
}
