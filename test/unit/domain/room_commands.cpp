// Commands about rooms: /join, /leave, /rooms, /topic, /who.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

TEST_CASE("/join goes into a room, which is made if it is not there") {
  domain_world w;
  person& alice = w.enter("alice");
  w.type(alice, "/join #Den", {}, "r");
  w.run();
  CHECK(alice.news() == heard{"den +alice", "state[r] den head 0 topic '' members alice"});
  w.type(alice, "/join den", {}, "r");
  CHECK(alice.news() == heard{"refused[r] bad_arguments: you are in den already"});
  w.type(alice, "/join two words", {}, "r"); // the second one is a key
  w.run();
  CHECK(alice.ear.last<refused>().code == errc::bad_arguments);
  CHECK(w.hub.rooms().count("two") == 0);
}

TEST_CASE("a member is in so many rooms at most") {
  limits l;
  l.rooms_per_member = 2;
  domain_world w(l);
  person& alice = w.in("alice", "a");
  w.type(alice, "/join b");
  w.settle();
  w.type(alice, "/join c", {}, "r");
  CHECK(alice.news() ==
        heard{"refused[r] too_many_rooms: you are in 2 rooms, which is the most; leave one first"});
  CHECK(w.hub.rooms().size() == 2); // a refused request makes no room
  w.type(alice, "/leave a");
  w.type(alice, "/join c");
  w.run();
  CHECK(alice.self->memberships().size() == 2);
}

TEST_CASE("as many rooms as a member may be in are opened at once, then one a second") {
  limits l;
  l.rooms_per_member = 100;
  domain_world w(l);
  person& alice = w.enter("alice");
  const auto open = [&](int number) {
    w.type(alice, fmt::format("/join room{}", number), {}, "r");
    w.run();
    return w.hub.rooms().size();
  };
  for (int n = 1; n <= 100; ++n)
    open(n);
  CHECK(alice.self->memberships().size() == 100);
  w.type(alice, "/leave room1");
  w.settle();
  CHECK(open(101) == 99);
  CHECK(alice.news() == heard{"refused[r] too_many_rooms: you have opened many rooms in a short "
                              "time; wait a second"});
  w.clock.advance(std::chrono::seconds(1));
  CHECK(open(101) == 100);
}

TEST_CASE("there are only so many rooms, and one that is left makes way for another") {
  limits l;
  l.rooms = 2;
  domain_world w(l);
  person& alice = w.in("alice", "a");
  person& bob = w.in("bob", "b");
  w.settle();
  w.type(alice, "/join c", {}, "r");
  w.run();
  CHECK(alice.news() == heard{"refused[r] too_many_rooms: there are 2 rooms, which is the most "
                              "here; join one that there is"});
  w.type(alice, "/join b", {}, "r");
  w.run();
  w.leave(bob);
  w.leave(alice);
  person& carol = w.in("carol", "c");
  CHECK(carol.self->memberships().size() == 1);
}

TEST_CASE("/leave goes out of the room named, of the one it is about, or of the default room") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.type(alice, "/join den");
  w.type(alice, "/join nook");
  w.settle();
  w.type(alice, "/leave #DEN", {}, "r1");
  CHECK(alice.news() == heard{"reply[r1] leave: den"});
  w.type(alice, "/leave", "nook", "r2");
  CHECK(alice.news() == heard{"reply[r2] leave: nook"});
  w.type(alice, "/leave", {}, "r3");
  CHECK(alice.news() == heard{"reply[r3] leave: lobby"});
  CHECK(bob.news() == heard{"lobby -alice"});
  w.type(alice, "/leave den", {}, "r4");
  CHECK(alice.news() == heard{"refused[r4] not_in_room: you are not in den; /join den first"});
  w.type(alice, "/leave no room", {}, "r5");
  CHECK(alice.ear.last<refused>().code == errc::room_invalid);
}

TEST_CASE("what is said goes to its room alone, by who is in it") {
  domain_world w;
  person& alice = w.in("alice", "den");
  person& bob = w.in("bob", "den");
  person& carol = w.in("carol");
  w.settle();
  w.type(alice, "in here", "Den");
  w.run();
  CHECK(bob.news() == heard{"den@1 alice: in here"});
  CHECK(carol.news().empty());
  w.type(carol, "from outside", "den", "r");
  w.type(carol, "nowhere", "no room", "r");
  w.run();
  CHECK(carol.news().front() == "refused[r] not_in_room: you are not in den; /join den first");
  CHECK(carol.ear.events.empty());
  CHECK(bob.news().empty());
}

TEST_CASE("/rooms lists rooms with their members' number and topic") {
  domain_world w;
  person& alice = w.in("alice");
  w.in("bob");
  w.in("carol", "den");
  w.type(alice, "/topic tea");
  w.settle();
  w.type(alice, "/rooms", {}, "r");
  const auto answer = alice.ear.last<reply>();
  CHECK(answer.ref == "r");
  CHECK(answer.items == std::vector<std::string>{"den", "lobby"});
  CHECK(answer.lines == std::vector<std::string>{"den (1)", "lobby (2): tea"});
}

TEST_CASE("/rooms goes on from a room that one may hear of") {
  limits l = domain_world::without_history();
  l.rooms_per_member = 2'000;
  domain_world w(l);
  person& alice = w.enter("alice");
  for (int i = 0; i < 1'003; ++i)
    w.hub.join(*alice.self, fmt::format("r{:04}", i), "").value();
  w.run();
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        std::vector<fact> closed;
        for (const char* const name : {"r0007", "r1000"}) {
          room_facts about = w.hub.people().room_or_new(name);
          about.modes.is_private = true;
          closed.push_back(fact_of(about));
        }
        return closed;
      },
      [](const result<void>& done) { CHECK(done.has_value()); });
  w.run();
  person& bob = w.in("bob");
  w.type(bob, "/rooms", {}, "r");
  const std::vector<std::string> told = bob.ear.last<reply>().lines;
  REQUIRE(told.size() > 1'000);
  CHECK(told.back() == "there are 1002; /rooms r1001 goes on from there");
}

TEST_CASE("/topic shows, sets and removes, everybody is told, its author too") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.settle();
  w.type(alice, "/topic", {}, "r0");
  CHECK(alice.ear.last<reply>().lines == std::vector<std::string>{"there is no topic"});
  alice.news();
  w.type(alice, "/topic tea at five", {}, "r1");
  w.run();
  CHECK(alice.news() == heard{"lobby@1 alice= tea at five", "ack r1 lobby@1"});
  CHECK(bob.news() == heard{"lobby@1 alice= tea at five"});
  w.type(bob, "/topic", {}, "r2");
  CHECK(bob.ear.last<reply>().lines == std::vector<std::string>{"topic: tea at five"});
  bob.news();
  w.type(bob, "/topic -", {}, "r3");
  w.run();
  CHECK(bob.news() == heard{"lobby@2 bob= ", "ack r3 lobby@2"});
  CHECK(w.hub.room_of(*bob.self, "").value()->topic().empty());
  person& carol = w.in("carol", "den");
  w.type(carol, "/topic x", "lobby", "r4");
  CHECK(carol.ear.last<refused>().code == errc::not_in_room);
}

TEST_CASE("a topic has a limit of its own, and is cleaned") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/topic " + std::string(512, 't'));
  w.type(alice, "/topic a\x1b[31m");
  w.run();
  CHECK(w.hub.room_of(*alice.self, "").value()->topic() == "a\uFFFD[31m");
  w.settle();
  w.type(alice, "/topic " + std::string(513, 't'), {}, "r");
  w.run();
  CHECK(alice.news() ==
        heard{"refused[r] text_too_long: the topic has 513 bytes; at most 512 are allowed"});
}

TEST_CASE("a topic survives that everybody leaves, through the journal") {
  domain_world w;
  person& alice = w.in("alice", "den");
  w.type(alice, "/topic tea", "den");
  w.run();
  w.leave(alice);
  CHECK(w.hub.rooms().empty());
  person& bob = w.enter("bob");
  w.hub.join(*bob.self, "den", "r").value();
  w.run();
  CHECK(bob.news() == heard{"den +bob", "state[r] den head 1 topic 'tea' members bob"});
}

TEST_CASE("C39: /who answers the asker alone, sorted") {
  domain_world w;
  person& carol = w.in("carol");
  person& alice = w.in("alice");
  w.in("bob");
  w.settle();
  w.type(carol, "/who", {}, "r");
  const auto answer = carol.ear.last<reply>();
  CHECK(answer.lines == std::vector<std::string>{"online: alice, bob, carol"});
  CHECK(carol.news() == heard{"reply[r] who: alice bob carol"});
  CHECK(alice.news().empty());
  w.type(carol, "/who", "den", "r");
  CHECK(carol.ear.last<refused>().code == errc::not_in_room);
}

TEST_CASE("/who and the state of a room follow renames and leaves, and are sorted") {
  domain_world w;
  person& carol = w.in("carol");
  person& alice = w.in("alice");
  w.in("bob");
  w.type(carol, "/nick adam");
  w.type(alice, "/leave lobby");
  w.settle();
  w.type(carol, "/who", {}, "r");
  CHECK(carol.ear.last<reply>().items == std::vector<std::string>{"adam", "bob"});
  w.hub.join(*alice.self, "lobby", "").value();
  w.run();
  CHECK(alice.ear.last<room_state>().members == std::vector<std::string>{"adam", "alice", "bob"});
}

TEST_CASE("a member whose protocol has one room gets no list of who is in it") {
  domain_world w;
  w.in("alice");
  person& bob = w.enter("bob", false);
  w.hub.join(*bob.self, "lobby", "").value();
  w.run();
  CHECK(bob.ear.last<room_state>().members.empty());
}
