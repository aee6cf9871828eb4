// A member who does not read: no other member waits or can do harm, and nothing is lost.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

TEST_CASE("/msg to a member who does not read is refused, and delivered when they read again") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  bob.ear.room_for = 2;
  for (int n = 0; n < 4; ++n)
    w.type(alice, "/msg bob psst", {}, fmt::format("r{}", n));
  const std::string no = "not_available: bob does not read at the moment; not delivered";
  CHECK(alice.news() ==
        heard{"reply[r0] msg: ", "reply[r1] msg: ", "refused[r2] " + no, "refused[r3] " + no});
  CHECK_FALSE(alice.ear.held);
  CHECK(bob.news() == heard{"alice to bob: psst", "alice to bob: psst"});
  CHECK_FALSE(bob.ear.closed);
  w.type(alice, "/msg bob again");
  CHECK(bob.news() == heard{"alice to bob: again"});
}

TEST_CASE("a member whose sink one room has filled is told nothing by the others until they read") {
  domain_world w;
  person& alice = w.in("alice", "r0");
  person& bob = w.in("bob", "r0");
  for (int n = 1; n < 20; ++n) {
    for (person* p : {&alice, &bob})
      w.hub.join(*p->self, fmt::format("r{}", n), "").value();
  }
  w.settle();
  bob.ear.room_for = 1;
  for (int round = 0; round < 3; ++round) {
    for (int n = 0; n < 20; ++n)
      w.type(alice, "hello", fmt::format("r{}", n));
    w.type(alice, fmt::format("/nick alice-{}", round));
    w.run();
  }
  CHECK(bob.ear.events.size() == 1);
  CHECK_FALSE(bob.ear.closed);
  bob.ear.room_for = 1'000;
  hub::ready(*bob.self);
  w.run();
  CHECK(bob.ear.all<entry>().size() == 60); // in each room all, in its order
  std::map<std::string, std::uint64_t> last;
  for (const entry& e : bob.ear.all<entry>())
    CHECK(e.at.offset == ++last[e.room]);
}

TEST_CASE("a member who has missed joins and leaves is told who is here once they have caught up") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  person& carol = w.in("carol");
  w.settle();
  bob.ear.room_for = 1;
  w.type(alice, "one");
  w.run();
  w.leave(carol);
  w.type(alice, "/nick ada");
  w.in("dave");
  person& eve = w.in("eve");
  w.leave(eve);
  w.type(alice, "two");
  w.run();
  bob.news();
  bob.ear.room_for = 1'000;
  hub::ready(*bob.self);
  w.run();
  CHECK(bob.news() ==
        heard{"lobby@2 ada: two", "state[] lobby head 2 topic '' members ada bob dave"});
  w.type(alice, "three");
  w.run();
  CHECK(bob.news() == heard{"lobby@3 ada: three"}); // once
  // A member of a single room without a list has nothing to be corrected.
  person& text = w.in("text", "lobby", false);
  text.ear.room_for = 1;
  w.type(alice, "four");
  w.run();
  w.leave(bob);
  w.run();
  text.news();
  text.ear.room_for = 1'000;
  hub::ready(*text.self);
  w.run();
  CHECK(text.news().empty());
}

TEST_CASE("one's own new name is told though one does not keep up") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  bob.ear.room_for = 1;
  w.type(alice, "one");
  w.type(alice, "two");
  w.run();
  w.type(bob, "/nick rob", {}, "n");
  const heard news = bob.news();
  CHECK(std::count(news.begin(), news.end(), "lobby bob>rob") == 1);
  CHECK(news.back() == "reply[n] nick: rob");
}

TEST_CASE("one's own new name is told once in each of many rooms, and needs no correction") {
  domain_world w;
  person& alice = w.in("alice", "r0");
  person& bob = w.in("bob", "r0");
  constexpr int rooms = 12; // more than are told at once
  for (int n = 1; n < rooms; ++n) {
    for (person* p : {&alice, &bob})
      w.hub.join(*p->self, fmt::format("r{}", n), "").value();
  }
  w.settle();
  bob.ear.room_for = 0;
  w.type(alice, "one", "r0");
  w.run();
  bob.news();
  w.type(bob, "/nick rob", {}, "n");
  w.run();
  w.type(bob, "/who", "r0", "w");
  heard news = bob.news();
  for (int n = 0; n < rooms; ++n)
    CHECK(std::count(news.begin(), news.end(), fmt::format("r{} bob>rob", n)) == 1);
  CHECK(news.back() == "reply[w] who: alice rob");
  bob.ear.room_for = 1'000;
  hub::ready(*bob.self);
  w.run();
  CHECK(bob.news().empty());
}

TEST_CASE("a member who leaves the rooms that are about to feed it is fed by those that wait") {
  domain_world w;
  person& alice = w.in("alice", "r0");
  person& bob = w.in("bob", "r0");
  for (int n = 1; n < 6; ++n) {
    for (person* p : {&alice, &bob})
      w.hub.join(*p->self, fmt::format("r{}", n), "").value();
  }
  w.settle();
  bob.ear.room_for = 0;
  for (int n = 0; n < 6; ++n) {
    for (const std::string line : {"one", "two"})
      w.type(alice, line, fmt::format("r{}", n));
  }
  w.run();
  bob.ear.room_for = 1'000;
  w.log.stopped = true;
  hub::ready(*bob.self);
  REQUIRE(w.log.waiting() == 4); // their pages
  for (int n = 1; n < 5; ++n)
    w.hub.part(*bob.self, fmt::format("r{}", n)).value();
  w.log.go();
  w.run();
  std::map<std::string, std::vector<std::string>> told;
  for (const entry& e : bob.ear.all<entry>())
    told[e.room].push_back(e.text);
  CHECK(told["r0"] == std::vector<std::string>{"one", "two"});
  CHECK(told["r5"] == std::vector<std::string>{"one", "two"});
}

TEST_CASE("C57: a member who reads nothing delays nobody, and gets everything in order later") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  person& stuck = w.in("stuck");
  w.settle();
  stuck.ear.room_for = 1;
  for (int n = 1; n <= 3'000; ++n) {
    w.send(alice, "line", fmt::format("m{}", n));
    w.run();
    REQUIRE(bob.ear.events.size() == static_cast<std::size_t>(n)); // told in the same turn
  }
  CHECK(alice.ear.all<acknowledged>().size() == 3'000);
  CHECK(stuck.ear.events.size() == 1);
  stuck.ear.room_for = 10'000;
  hub::ready(*stuck.self);
  w.run();
  const auto entries = stuck.ear.all<entry>();
  REQUIRE(entries.size() == 3'000);
  for (std::size_t n = 0; n < entries.size(); ++n)
    REQUIRE(entries[n].at.offset == n + 1);
}

TEST_CASE("C58: a member who is cut off in the middle of a broadcast is announced by name") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  person& carol = w.in("carol");
  w.settle();
  w.send(alice, "to all", "m1");
  w.send(bob, "bob's last words", "b1");
  w.leave(bob); // what they said is under way
  w.run();
  w.send(alice, "still to all", "m2");
  w.leave(alice);
  w.run();
  CHECK(carol.news() == heard{"lobby -bob", "lobby@1 alice: to all",
                              "lobby@2 bob: bob's last words", "lobby -alice",
                              "lobby@3 alice: still to all"});
}
