// What two accounts say to each other alone: kept, found again, and nobody else's.

#include "domain/direct_logs.hpp"
#include "support/catch.hpp"
#include "unit/domain/direct_world.hpp"

using namespace asio_chat;
using test::direct_world;
using test::heard;
using test::lines;
using test::person;

TEST_CASE("what one account says to another is kept, and both see it under the other's name") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  CHECK(w.ask(alice, "/join @BOB") ==
        heard{"@bob +alice", "state[r] @bob head 0 topic '' members alice bob"});
  w.send(alice, "hello", "m1", "@bob");
  w.run();
  CHECK(alice.news() == heard{"ack m1 @bob@1"});
  // He has not asked for it: the room comes with what was said in it.
  CHECK(bob.news() == heard{"@alice +bob", "state[] @alice head 1 topic '' members bob alice",
                            "@alice@1 alice: hello"});
  w.send(bob, "hi", "m2", "@alice");
  w.run();
  w.send(alice, "how are you?", "m3", "@bob");
  w.run();
  CHECK(alice.news() == heard{"@bob@2 bob: hi", "ack m3 @bob@3"});
  CHECK(bob.news() == heard{"ack m2 @alice@2", "@alice@3 alice: how are you?"});
  w.send(alice, "how are you?", "m3", "@bob"); // sent again
  w.run();
  CHECK(alice.news() == heard{"ack again m3 @bob@3"});
  CHECK(bob.news().empty());
}

TEST_CASE("who was away finds what was written to them, and who comes back misses nothing") {
  direct_world w;
  person& alice = w.device("alice");
  w.leave(w.device("bob"));
  w.ask(alice, "/join @bob");
  for (const char* id : {"m1", "m2", "m3"})
    w.send(alice, id, id, "@bob");
  w.run();
  {
    person& bob = w.device("bob");
    CHECK(bob.heard_at_login ==
          heard{"@alice +bob", "state[] @alice head 3 topic '' members bob alice",
                "@alice@1 alice: m1", "@alice@2 alice: m2", "@alice@3 alice: m3"});
    w.ask(bob, "/read 2", "@alice");
    w.leave(bob);
  }
  w.send(alice, "m4", "m4", "@bob");
  w.run();
  person& bob = w.device("bob", false);
  // What his client knows of it, he asks for by himself; the rest comes.
  w.hub.join(*bob.self, "@alice", "back", {.after = position{7, 3}}).value();
  w.hub.join(*bob.self, "@", "").value();
  w.run();
  CHECK(bob.news() == heard{"@alice +bob", "state[back] @alice head 4 topic '' members bob alice",
                            "@alice@4 alice: m4"});
  w.ask(bob, "/read", "@alice");
  w.leave(bob);
  CHECK(w.device("bob").heard_at_login.empty());
}

TEST_CASE("what comes while one looks for what is new does not hide what came before") {
  const int tasks_before = GENERATE(range(0, 12));
  direct_world w;
  person& alice = w.device("alice");
  w.leave(w.device("bob"));
  w.ask(alice, "/join @bob");
  w.send(alice, "before", "m1", "@bob");
  w.run();
  person& bob = w.device("bob", false);
  w.send(alice, "meanwhile", "m2", "@bob");
  for (int n = 0; n < tasks_before && !w.tasks.empty(); ++n)
    w.tasks.run_one();
  w.hub.join(*bob.self, "@", "").value();
  w.run();
  const auto heard_by_bob = bob.ear.all<entry>();
  REQUIRE(heard_by_bob.size() == 2);
  CHECK(heard_by_bob[0].text == "before");
  CHECK(heard_by_bob[1].text == "meanwhile");
}

TEST_CASE("a client that knows no such rooms is told one by one, until it shows that it lives") {
  direct_world w;
  person& alice = w.known("alice");
  w.leave(w.known("bob"));
  CHECK(w.ask(alice, "/msg bob one") == heard{"reply[r] msg: "});
  w.ask(alice, "/msg bob two");
  {
    person& bob = w.plain("bob");
    CHECK(bob.heard_at_login == heard{"alice to bob: one", "alice to bob: two"});
    w.ask(alice, "/msg bob three");
    CHECK(bob.news() == heard{"alice to bob: three"});
    w.leave(bob); // perhaps he has heard it
  }
  {
    person& bob = w.plain("bob");
    CHECK(bob.heard_at_login ==
          heard{"alice to bob: one", "alice to bob: two", "alice to bob: three"});
    w.ask(bob, "/who", "lobby"); // he has
    w.ask(bob, "/msg alice all of it");
    w.leave(bob);
  }
  CHECK(alice.news() == heard{"bob to alice: all of it"});
  CHECK(w.plain("bob").heard_at_login.empty());
}

TEST_CASE("a connection that replaces another one is told what waits, whenever that one ends") {
  const int tasks_before = GENERATE(range(0, 12));
  limits one = test::domain_world::without_history();
  one.member_connections = 1;
  direct_world w(one);
  person& alice = w.known("alice");
  person& before = w.plain("bob");
  before.ear.room_for = 0;
  w.ask(alice, "/msg bob one");
  const account* bob = w.hub.people().find("bob");
  person& after = w.people.emplace_back();
  login l{bob->id, "bob", true, true};
  l.has_account = true;
  after.self = w.hub.enter(after.ear, l).value();
  for (int n = 0; n < tasks_before && !w.tasks.empty(); ++n)
    w.tasks.run_one();
  w.leave(before);
  w.run();
  CHECK(before.ear.closed);
  CHECK(after.ear.all<direct_message>().size() == 1);
}

TEST_CASE("a client that cannot take more gets what was written when it can") {
  direct_world w;
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  bob.ear.events.clear();
  bob.ear.room_for = 0;
  CHECK(w.ask(alice, "/msg bob later") == heard{"reply[r] msg: "});
  CHECK(bob.news().empty());
  bob.ear.room_for = 100;
  hub::ready(*bob.self);
  w.run();
  CHECK(bob.news() == heard{"alice to bob: later"});
}

TEST_CASE("more than a page that waits comes whole and in its order") {
  direct_world w;
  person& alice = w.device("alice");
  w.leave(w.device("bob"));
  w.ask(alice, "/join @bob");
  for (int i = 1; i <= 250; ++i)
    w.send(alice, std::to_string(i), std::to_string(i), "@bob");
  w.run();
  person& bob = w.plain("bob");
  REQUIRE(bob.heard_at_login.size() == 250);
  for (int i = 1; i <= 250; ++i)
    CHECK(bob.heard_at_login[static_cast<std::size_t>(i - 1)] ==
          "alice to bob: " + std::to_string(i));
}

TEST_CASE("C11: the author's other devices are told as well") {
  limits several = test::domain_world::without_history();
  several.member_connections = 3;
  direct_world w(several);
  person& phone = w.device("alice");
  person& laptop = w.device("alice");
  person& bob = w.device("bob");
  w.ask(phone, "/join @bob");
  w.send(phone, "hello", "m1", "@bob");
  w.run();
  CHECK(phone.news() == heard{"ack m1 @bob@1"});
  CHECK(laptop.news() == heard{"state[] @bob head 1 topic '' members alice bob", "@bob +alice",
                               "@bob@1 alice: hello"});
  CHECK(bob.news().back() == "@alice@1 alice: hello");
  // One of them closes its window, the other one keeps its own.
  w.ask(laptop, "/leave", "@bob");
  CHECK(phone.self->memberships().size() == 1);
  CHECK(laptop.self->memberships().empty());
}

TEST_CASE("with a guest on either side nothing is kept, and nothing is found under the name") {
  direct_world w;
  person& alice = w.device("alice");
  person& gast = w.come("gast");
  CHECK(w.ask(alice, "/join @gast") ==
        heard{"refused[r] not_available: gast is a guest: what you say to each other is not kept; "
              "/msg gast TEXT says it"});
  CHECK(w.ask(gast, "/join @alice") ==
        heard{"refused[r] login_required: messages between accounts are kept, and you have none: "
              "/register, or /msg alice TEXT to say something that is not kept"});
  CHECK(w.ask(alice, "/msg gast hello") == heard{"reply[r] msg: "});
  CHECK(gast.news() == heard{"alice to gast: hello"});
  CHECK(w.ask(gast, "/msg alice hi") == heard{"reply[r] msg: "});
  CHECK(alice.news() == heard{"gast to alice: hi"});
  CHECK(w.hub.people().correspondents_of(alice.self->who()).empty());
  CHECK(w.ask(alice, "/join @nobody") ==
        heard{"refused[r] no_such_member: there is no account nobody"});
  CHECK(w.ask(alice, "/join @alice") == heard{"refused[r] bad_arguments: that is you"});
}

TEST_CASE("whoever has the name later finds nothing of what was said under it") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  w.ask(alice, "/join @bob");
  w.send(alice, "between us", "m1", "@bob");
  w.run();
  const identity before = bob.self->who();
  w.leave(bob, true);
  w.remove_account("bob");
  person& gast = w.come("bob"); // the name is free
  CHECK(w.ask(gast, "/join @alice").front().starts_with("refused[r] login_required"));
  CHECK(gast.news().empty());
  // She is still in it, and nobody would read what she says.
  CHECK(w.ask(alice, "/history", "@bob") == heard{"reply[r] history: "});
  w.send(alice, "anybody?", "m2", "@bob");
  w.run();
  CHECK(alice.news() == heard{"refused[m2] no_such_member: the account of the other one is gone: "
                              "nobody would read it"});
  w.ask(gast, "/register password");
  CHECK(w.hub.people().find("bob")->id != before);
  w.ask(gast, "/msg alice it is me");
  CHECK(alice.ear.all<entry>().back().text == "it is me");
  alice.news();
  // By the name one gets to the account that has it now.
  w.ask(alice, "/leave", "@bob");
  w.ask(alice, "/leave", "@bob");
  CHECK(w.ask(alice, "/join @bob").back() == "state[r] @bob head 1 topic '' members alice bob");
}

TEST_CASE("nobody else sees that there is such a log, or gets into it") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  person& olga = w.device("olga", true, role::owner);
  w.ask(alice, "/join @bob");
  w.send(alice, "the word is tea", "m1", "@bob");
  w.run();
  CHECK(olga.news().empty());
  CHECK(w.ask(olga, "/rooms") == heard{"reply[r] rooms: "});
  const std::string log = direct_log_name(alice.self->who(), bob.self->who());
  CHECK(w.ask(olga, "/join " + log).front().starts_with("refused[r] no_such_member"));
  CHECK(w.ask(olga, "/join #" + log).front().starts_with("refused[r] room_invalid"));
  CHECK(w.ask(olga, "/search tea", log).front().starts_with("refused[r] not_in_room"));
  CHECK(w.ask(olga, "/search tea in:@bob", "@alice").front().starts_with("refused[r] not_in_room"));
  CHECK(w.ask(olga, "/history", "@bob").front().starts_with("refused[r] not_in_room"));
  w.send(olga, "let me in", "m2", "@alice");
  w.run();
  CHECK(olga.news().front().starts_with("refused[m2] not_in_room"));
  // Her own conversation with one of them is another one.
  w.ask(olga, "/join @bob");
  CHECK(w.ask(olga, "/history", "@bob") == heard{"reply[r] history: "});
  CHECK(w.ask(olga, "/search tea", "@bob") == heard{"reply[r] search: "});
  CHECK(w.say(olga, "/search tea", "@bob") == lines{"nothing like that was said in @bob"});
}

TEST_CASE("such logs count against no limit of rooms") {
  limits few = test::domain_world::without_history();
  few.rooms = 1;
  few.rooms_per_member = 1;
  direct_world w(few);
  person& alice = w.device("alice");
  w.device("bob");
  w.device("carl");
  w.ask(alice, "/join @bob");
  w.ask(alice, "/join @carl");
  CHECK(alice.self->memberships().size() == 2);
  w.ask(alice, "/join den");
  CHECK(alice.self->memberships().size() == 3);
  CHECK(w.ask(alice, "/join attic").front().starts_with("refused[r] too_many_rooms"));
}

TEST_CASE("the host is not asked about them, and does not hear of them") {
  direct_world w;
  std::size_t told = 0;
  w.hub.on_entry([&told](const entry&) { ++told; });
  person& alice = w.device("alice");
  w.device("bob");
  w.ask(alice, "/join @bob");
  w.send(alice, "hello", "m1", "@bob");
  w.ask(alice, "/msg bob hello");
  CHECK(told == 0);
  CHECK(w.counters.entries == 2);
}

TEST_CASE("one's own texts can be edited and destroyed there, and others' answered") {
  direct_world w;
  person& alice = w.device("alice", true, role::owner);
  person& bob = w.device("bob");
  w.ask(alice, "/join @bob");
  w.send(bob, "hello", "m0", "@alice");
  w.run();
  w.ask(bob, "/join @alice");
  w.send(bob, "hello", "m1", "@alice");
  w.send(alice, "hi", "m2", "@bob");
  w.run();
  alice.news();
  w.ask(bob, "/edit hello, alice", "@alice");
  CHECK(alice.news() == heard{"@bob@3 bob: hello, alice (edits 1)"});
  w.ask(bob, "/reply good morning", "@alice");
  w.ask(bob, "/react :-)", "@alice");
  w.ask(bob, "/me waves", "@alice");
  CHECK(alice.news() == heard{"@bob@4 bob: good morning (answers 2)",
                              "@bob@5 bob* :-) (reacts to 2)", "@bob@6 bob* waves"});
  CHECK(w.ask(alice, "/delete @4", "@bob") ==
        heard{"refused[r] not_allowed: you may delete only what you have said"});
  w.ask(bob, "/delete @4", "@alice");
  CHECK(alice.news() == heard{"@bob@7 bob* deleted a message (deletes 4)"});
  CHECK(w.say(alice, "/search hello", "@bob") ==
        lines{"@3 [2019-12-20 00:00:00 UTC] bob (edited): hello, alice"});
}

TEST_CASE("nothing is changed in it that belongs to rooms") {
  direct_world w;
  person& alice = w.device("alice", true, role::owner);
  w.device("bob");
  w.ask(alice, "/join @bob");
  for (const char* line : {"/topic ours", "/kick bob", "/ban bob", "/mute bob", "/mode private on",
                           "/slow 5", "/invite bob", "/op bob", "/role bob voice"}) {
    INFO(line);
    CHECK(w.ask(alice, line, "@bob").front().starts_with("refused[r] not_allowed: you may not "));
  }
}

TEST_CASE("who is muted everywhere says nothing there, and who is not in it nothing either") {
  direct_world w;
  person& alice = w.device("alice");
  person& boss = w.device("boss", true, role::owner);
  w.device("bob");
  w.ask(alice, "/join @bob");
  CHECK(w.say(boss, "/mute alice everywhere 1m noise", "lobby") ==
        lines{"you are not in lobby; /join lobby first"});
  w.hub.join(*boss.self, "lobby", "").value();
  w.run();
  w.say(boss, "/mute alice everywhere 1m noise", "lobby");
  w.send(alice, "hello", "m1", "@bob");
  w.run();
  CHECK(alice.news().back() == "refused[m1] not_allowed: you are muted everywhere for 60 s: noise");
  CHECK(w.ask(alice, "/msg bob hello") ==
        heard{"refused[r] not_allowed: you are muted everywhere for 60 s: noise"});
  w.clock.advance(std::chrono::minutes(2));
  w.send(alice, "hello", "m2", "@bob");
  w.run();
  CHECK(alice.news() == heard{"ack m2 @bob@1"});
}

TEST_CASE("the host may keep a member from saying anything to one") {
  direct_world w;
  person& alice = w.device("alice", true, role::member, rights::all().without(right::send_direct));
  w.device("bob");
  w.ask(alice, "/join @bob");
  w.send(alice, "hello", "m1", "@bob");
  w.run();
  CHECK(alice.news() ==
        heard{"refused[m1] not_allowed: you may not send messages to members here"});
}

TEST_CASE("who logs out is in none of the account's rooms any more") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  w.ask(alice, "/join @bob");
  const heard told = w.ask(alice, "/logout");
  CHECK(told.front() == "@bob -alice");
  CHECK(alice.self->memberships().empty());
  w.ask(bob, "/msg alice are you there?");
  CHECK(alice.news().empty());
  // With the login they come again, and what was said meanwhile.
  w.ask(alice, "/login alice password");
  w.run();
  CHECK(alice.ear.all<entry>().empty());
  CHECK(alice.self->memberships().size() == 1);
}

TEST_CASE("the name of the account stands there, whatever its member calls itself") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  w.ask(alice, "/nick ally");
  w.ask(alice, "/join @bob");
  w.send(alice, "it is me", "m1", "@bob");
  w.run();
  CHECK(bob.news().back() == "@alice@1 alice: it is me");
  CHECK(w.ask(bob, "/msg ally hi") == heard{"ack r @alice@2"});
  CHECK(alice.news().back() == "@bob@2 bob: hi");
}
