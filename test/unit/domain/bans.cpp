// Bans and mutes: whom they are about, how long, and how they are told.

#include "unit/domain/moderated_world.hpp"

using namespace asio_chat;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;

TEST_CASE("a ban keeps out by name, token, account and address, as long as it says") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  CHECK(w.say(op, "/ban bob 2h spam") == lines{"you have banned bob from lobby for 2 h: spam"});
  CHECK(bob.self->memberships().empty());
  CHECK(w.say(bob, "/join lobby") == lines{"you are banned here for 120 more min: spam"});
  w.say(bob, "/nick robert");
  CHECK(w.say(bob, "/join lobby") ==
        lines{"you are banned here for 120 more min: spam"}); // its token
  CHECK(w.say(bob, "/join den").empty());                     // elsewhere it is nobody's business
  CHECK(w.say(op, "/bans").front().starts_with("banned bob until "));
  w.clock.advance(std::chrono::hours(2));
  w.clock.set_wall(w.clock.wall_now() + std::chrono::hours(2));
  CHECK(w.say(bob, "/join lobby").empty());

  person& carl = w.known("carl");
  CHECK(w.say(op, "/ban carl") == lines{"you have banned carl from lobby"});
  CHECK(w.say(carl, "/join lobby") == lines{"you are banned here"});
  CHECK(w.say(op, "/unban CARL") == lines{"you have unbanned CARL from lobby"});
  CHECK(w.say(op, "/unban carl") == lines{"carl need not be unbanned: /bans lists who is"});
  CHECK(w.say(carl, "/join lobby").empty());

  CHECK(w.say(op, "/ban 192.0.2.0/24") == lines{"you come from there yourself"});
  CHECK(w.say(op, "/ban 192.0.2.4").front() == "you have banned 192.0.2.4 from lobby");
}

TEST_CASE("who lifts a ban in the wrong place is told the right one") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  w.come("mal");
  w.say(op, "/ban mal everywhere");
  CHECK(w.say(op, "/unban mal") ==
        lines{"mal is banned everywhere: /unban mal everywhere lifts that"});
  CHECK(w.say(op, "/unban mal everywhere") == lines{"you have unbanned mal from the server"});
  w.say(op, "/mute mal");
  CHECK(w.say(op, "/unmute mal everywhere") ==
        lines{"mal is muted in lobby: /unmute mal lifts that"});
  w.say(op, "/ban 198.51.100.0/24");
  CHECK(w.say(op, "/unban 198.51.100.7") ==
        lines{"198.51.100.0/24 is banned in lobby: /unban 198.51.100.0/24 lifts that"});
}

TEST_CASE("a word that means nothing behind WHO lifts nothing") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  w.come("mal");
  w.say(op, "/ban mal");
  for (const char* command : {"/unban mal everywere", "/unmute mal in lobby"})
    CHECK(w.say(op, command) == lines{"behind WHO may stand: everywhere"});
  CHECK(w.hub.people().bans().size() == 1);
}

TEST_CASE("what is no address is no name either, and a name of nobody is told") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  for (const char* const bad : {"999.1.1.1", "192.0.2.0/99", "2001:db8::x", "1.2.3"})
    CHECK(w.say(op, "/ban " + std::string(bad)) ==
          lines{std::string(bad) + " is no address and no network: those are such as 192.0.2.7, "
                                   "192.0.2.0/24 or 2001:db8::/32"});
  CHECK(w.say(op, "/ban nosuch") == lines{"you have banned nosuch from lobby",
                                          "nobody here is called nosuch, and no account: it "
                                          "is about guests who come by that name"});
  w.come("1.2.3"); // a guest may be called so
  CHECK(w.say(op, "/ban 1.2.3") == lines{"you have banned 1.2.3 from lobby"});
}

TEST_CASE("a ban is not shed by an account, nor by leaving one") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& mal = w.come("mal");
  w.say(op, "/ban mal spam");
  w.say(op, "/mute mal");
  w.say(mal, "/nick harmless");
  CHECK(w.say(mal, "/register password").front() == "you are logged in as harmless");
  CHECK(w.say(mal, "/join lobby") == lines{"you are banned here: spam"});
  w.say(op, "/unban mal");
  w.say(mal, "/join lobby");
  CHECK_FALSE(w.may_speak(mal));
  CHECK(mal.ear.last<refused>().message == "you are muted here");

  person& quin = w.known("quin");
  w.say(op, "/ban quin spam");
  w.say(quin, "/logout");
  w.say(quin, "/nick somebody");
  CHECK(w.say(quin, "/join lobby") == lines{"you are banned here: spam"});
  w.say(op, "/unban quin");
  CHECK(w.say(quin, "/join lobby").empty());
}

TEST_CASE("a mute goes with the devices that log in and out after it") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& mal = w.known("mal");
  w.say(op, "/mute mal spam");
  person& late = w.come("late");
  w.say(late, "/login mal password");
  CHECK_FALSE(w.may_speak(late));
  w.say(late, "/logout");
  w.say(late, "/nick harmless");
  CHECK_FALSE(w.may_speak(late));
  CHECK(late.ear.last<refused>().message == "you are muted here: spam");
  CHECK(mal.self != late.self);
  w.say(op, "/unmute mal");
  CHECK(w.may_speak(late));
}

TEST_CASE("a time that is none is no reason of a ban for ever") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  w.come("bob");
  for (const char* time : {"1s2m x", "1h30m", "5days", "2Weeks spam", "10minutes"})
    CHECK(w.say(op, std::string("/ban bob ") + time).front().starts_with("TIME is a number with"));
  CHECK(w.say(op, "/ban bob 2nd warning").front() == "you have banned bob from lobby: 2nd warning");
}

TEST_CASE("bans of a room take no place of those of others, nor of the server") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& mal = w.known("mal");
  person& ann = w.known("ann");
  w.say(mal, "/join mine");
  w.say(ann, "/join hers");
  int placed = 0;
  const auto ban_next = [&] {
    const int n = placed++;
    return w.say(mal, fmt::format("/ban 10.0.{}.{}", n / 256, n % 256), "mine").front();
  };
  while (placed < 500)
    CHECK(ban_next().starts_with("you have banned"));
  CHECK(ban_next() == "mine has 500 bans, which is the most here: lift some");
  CHECK(w.say(ann, "/ban 10.0.0.1", "hers").front().starts_with("you have banned"));
  CHECK(w.say(op, "/ban 10.0.0.1 everywhere").front().starts_with("you have banned"));
  w.say(mal, "/unban 10.0.0.1", "mine");
  CHECK(ban_next().starts_with("you have banned"));
}

TEST_CASE("a guest who is called like an address is meant by that name") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& guest = w.come("203.0.113.5");
  CHECK(w.say(op, "/ban 203.0.113.5").front() == "you have banned 203.0.113.5 from lobby");
  CHECK(guest.self->memberships().empty());
  CHECK(w.say(op, "/ban 203.0.113.5/32").front() == "you have banned 203.0.113.5/32 from lobby");
}

TEST_CASE("a private room is not seen by whom it has banned") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& gus = w.known("gus");
  w.say(op, "/join secret");
  w.say(op, "/mode private on", "secret");
  w.say(op, "/invite gus", "secret");
  const auto sees = [&] {
    for (const std::string& line : w.say(gus, "/rooms"))
      if (line.find("secret") != line.npos) return true;
    return false;
  };
  CHECK(sees());
  w.say(op, "/ban gus", "secret");
  CHECK_FALSE(sees());
}

TEST_CASE("a ban of a network does not lock out those whom nobody bans by name") {
  moderated_world w;
  person& owner = w.known("alice", role::owner); // from 192.0.2.1
  person& op = w.known("olga", role::op);
  person& guest = w.come("guest"); // from 192.0.2.3
  CHECK(w.say(op, "/ban 192.0.2.1 everywhere").front() ==
        "you have banned 192.0.2.1 from the server");
  CHECK_FALSE(owner.ear.closed);
  CHECK(w.say(owner, "/join den").empty());
  w.say(op, "/ban 192.0.2.3");
  CHECK(guest.self->memberships().empty());
}

TEST_CASE("a time that is none is refused, and no reason for a ban for ever") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  w.come("bob");
  const lines refusal{"TIME is a number with s, m, h or d, such as 30m, up to ten years"};
  for (const char* time :
       {"0s", "-1m", "1x", "5", "1000000h", "99999999999d", "1ms", "90min", "1.5h"})
    CHECK(w.say(op, std::string("/ban bob ") + time) == refusal);
  CHECK(w.say(op, "/mute bob 5") == refusal);
  CHECK(w.say(op, "/bans") == lines{"nobody is banned or muted here"});
  CHECK(w.say(op, "/ban bob 2nd warning") == lines{"you have banned bob from lobby: 2nd warning"});
  CHECK(w.say(op, "/ban bob 1d EVERYWHERE spam") ==
        lines{"you have banned bob from the server for 1 d: spam"});
  w.come("eve");
  CHECK(w.say(op, "/kick eve 5m of shouting") ==
        lines{"you have removed eve from lobby: 5m of shouting"});
  w.come("eva");
  CHECK(w.say(op, "/kick eva 5 strikes") == lines{"you have removed eva from lobby: 5 strikes"});
}

TEST_CASE("a ban everywhere closes the connection and keeps the next one out") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  CHECK(w.say(op, "/ban bob everywhere 1d spam") ==
        lines{"you have banned bob from the server for 1 d: spam"});
  REQUIRE(bob.ear.closed);
  CHECK(bob.ear.closed->code == close_code::removed);
  CHECK(bob.ear.closed->phrase == "olga has banned bob from the server for 1 d: spam");
  const identity token = bob.self->who();
  w.leave(bob);
  person& again = w.people.emplace_back();
  login l{token, "robert", true, true};
  l.token = token;
  CHECK(w.hub.enter(again.ear, l).error().message == "you are banned here for 1440 more min: spam");
  CHECK(w.say(op, "/unban bob everywhere") == lines{"you have unbanned bob from the server"});
  again.self = w.hub.enter(again.ear, l).value();
}

TEST_CASE("who is muted hears why, and speaks again when it is over") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  CHECK(w.say(op, "/mute bob 90s caps") == lines{"you have muted bob in lobby for 90 s: caps"});
  CHECK(bob.ear.last<direct_message>().text == "olga has muted bob in lobby for 90 s: caps");
  CHECK_FALSE(w.may_speak(bob));
  CHECK(bob.ear.last<refused>().message == "you are muted here for 90 s: caps");
  w.clock.set_wall(w.clock.wall_now() + std::chrono::seconds(90));
  CHECK(w.may_speak(bob));
  w.say(op, "/mute bob");
  CHECK(bob.ear.last<direct_message>().text == "olga has muted bob in lobby");
  bob.ear.events.clear();
  CHECK(w.say(op, "/mute bob") == lines{"bob is muted already, by olga"});
  CHECK(bob.ear.all<direct_message>().empty()); // it is nothing new
  CHECK_FALSE(w.may_speak(bob));
  CHECK(w.say(op, "/unmute bob") == lines{"you have unmuted bob in lobby"});
  CHECK(w.may_speak(bob));
}

TEST_CASE(
    "who is muted everywhere writes to nobody, and who is muted in a room writes to members") {
  moderated_world w;
  person& boss = w.known("boss", role::owner);
  person& bob = w.come("bob");
  w.say(boss, "/mute bob");
  CHECK(w.say(bob, "/msg boss please") == lines{"to boss: please"});
  w.say(boss, "/unmute bob");
  CHECK(w.say(boss, "/mute bob everywhere 90s spam").front() ==
        "you have muted bob on the server for 90 s: spam");
  CHECK(w.say(bob, "/msg boss please") == lines{"you are muted everywhere for 90 s: spam"});
  CHECK_FALSE(w.may_speak(bob));
  CHECK(bob.ear.last<refused>().message == "you are muted everywhere for 90 s: spam");
  w.say(boss, "/unmute bob everywhere");
  CHECK(w.say(bob, "/msg boss please") == lines{"to boss: please"});
}

TEST_CASE("what somebody says again after they were banned is answered with the ban") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  w.send(bob, "hello", "m1");
  w.run();
  w.say(op, "/ban bob spam");
  bob.ear.events.clear();
  w.send(bob, "hello", "m1");
  w.run();
  CHECK(bob.ear.last<refused>().code == errc::not_allowed);
  CHECK(bob.ear.last<refused>().message == "you are banned here: spam");
  w.say(op, "/unban bob");
  w.send(bob, "hello", "m1");
  w.run();
  CHECK(bob.ear.last<refused>().code == errc::not_in_room);
}

TEST_CASE("a mute by name holds for who takes the name later") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  w.say(op, "/mute rude");
  CHECK(w.may_speak(bob));
  w.say(bob, "/nick rude");
  CHECK_FALSE(w.may_speak(bob));
  CHECK(bob.ear.last<refused>().message == "you are muted here");
}
