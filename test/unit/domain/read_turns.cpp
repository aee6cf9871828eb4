// Pages and searches: one of each member at a time is asked of the journal.
#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <string>

using namespace asio_chat;
using namespace asio_chat::test;

TEST_CASE("who asks for much waits for their own, and others for one of it") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.type(alice, "hello", "lobby");
  w.settle();
  heard order;
  const auto note = [&] {
    for (person* p : {&alice, &bob})
      for (const event& e : std::exchange(p->ear.events, {}))
        if (std::holds_alternative<reply>(e)) order.push_back(p->self->name());
  };
  for (int i = 0; i < 5; ++i)
    w.type(alice, i % 2 == 0 ? "/history 5" : "/search hello", "lobby", "a");
  w.type(bob, "/history 5", "lobby", "b");
  while (!w.tasks.empty()) {
    w.tasks.run_one();
    note();
  }
  REQUIRE(order.size() == 6);
  CHECK(order[1] == "bob");
}

TEST_CASE("what a member has asked for is answered in its order, and nobody waits who has gone") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/history 5", "lobby", "1");
  w.type(alice, "/search nothing", "lobby", "2");
  w.type(alice, "/history 5", "lobby", "3");
  w.run();
  heard refs;
  for (const reply& r : alice.ear.all<reply>())
    refs.push_back(r.ref);
  CHECK(refs == heard{"1", "2", "3"});
  w.type(alice, "/history 5", "lobby", "4");
  w.type(alice, "/history 5", "lobby", "5");
  w.leave(alice);
  w.run(); // and nothing is told to who is not there
}
