// Roles, and what moderators do: each command, its refusals, and what the others hear.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

namespace {

using lines = std::vector<std::string>;

std::string address(int last) {
  std::string bytes(10, '\0');
  bytes += "\xff\xff\xc0";
  bytes.push_back('\0');
  bytes.push_back('\2');
  bytes.push_back(static_cast<char>(last));
  return bytes;
}

struct moderated_world : domain_world {
  using domain_world::domain_world;

  int hosts = 0;

  person& come(const std::string& name, const std::string& room = "lobby") {
    person& p = people.emplace_back();
    login l{new_identity(), name, true, true};
    l.token = l.who;
    l.host = address(++hosts);
    p.self = hub.enter(p.ear, l).value();
    if (!room.empty()) hub.join(*p.self, room, "").value();
    settle();
    return p;
  }
  /// With an account, and a role on the server.
  person& known(const std::string& name, role as = role::member,
                const std::string& room = "lobby") {
    person& p = come(name, room);
    hub.people().change(
        [&, name, as]() -> result<std::vector<fact>> {
          auto a = hub.people().new_account(name, "plain password", as);
          if (!a) return a.error();
          return std::vector<fact>{fact_of(*a)};
        },
        [](const result<void>& r) { CHECK(r.has_value()); });
    run();
    say(p, "/login " + name + " password");
    settle();
    return p;
  }
  lines say(person& p, std::string_view line, std::string_view room = {}) {
    p.ear.events.clear();
    type(p, line, room, "r");
    run();
    if (const auto no = p.ear.last<refused>(); !no.message.empty()) return {no.message};
    return p.ear.last<reply>().lines;
  }
  bool may_speak(person& p, const std::string& room = "lobby") {
    p.ear.events.clear();
    type(p, "hello", room, "r");
    run();
    return p.ear.last<refused>().message.empty();
  }
};

} // namespace

TEST_CASE("who puts somebody out has to have the right, and tells why") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  person& eve = w.come("eve");
  CHECK(w.say(eve, "/kick bob") == lines{"you may not put others out here"});
  CHECK(w.say(op, "/kick nobody") == lines{"nobody is not here"});
  CHECK(w.say(op, "/kick olga") == lines{"you may not do that to yourself"});
  bob.ear.events.clear();
  eve.ear.events.clear();
  CHECK(w.say(op, "/kick bob no advertising, please") ==
        lines{"you have removed bob from lobby: no advertising, please"});
  CHECK(bob.news() ==
        heard{"lobby -bob",
              "-server- to bob: olga has removed bob from lobby: no advertising, please"});
  CHECK(eve.ear.last<entry>().text == "olga removed bob from lobby: no advertising, please");
  CHECK(bob.self->memberships().empty());
  CHECK(w.say(bob, "/join lobby").empty()); // a kick is no ban
  CHECK(bob.self->memberships().size() == 1);
}

TEST_CASE("a member of the one room of the text protocol is put out of the server") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.in("bob", "lobby", false);
  w.say(op, "/kick bob");
  REQUIRE(bob.ear.closed);
  CHECK(bob.ear.closed->code == close_code::removed);
  CHECK(bob.ear.closed->phrase == "olga has removed bob from lobby");
}

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

TEST_CASE("a guest who is called like an address is meant by that name") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& guest = w.come("203.0.113.5");
  CHECK(w.say(op, "/ban 203.0.113.5").front() == "you have banned 203.0.113.5 from lobby");
  CHECK(guest.self->memberships().empty());
  CHECK(w.say(op, "/ban 203.0.113.5/32").front() == "you have banned 203.0.113.5/32 from lobby");
}

TEST_CASE("a reason is one line, whatever was in it") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  bob.ear.events.clear();
  w.say(op, "/kick bob once\n* root joined *\n\x1b[2J");
  for (const std::string& line : bob.news())
    CHECK(line.find_first_of("\n\x1b") == line.npos);
  w.say(op, "/ban eve once\nmore");
  for (const std::string& line : w.say(op, "/bans"))
    CHECK(line.find('\n') == line.npos);
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

TEST_CASE("only a role on the server acts everywhere") {
  moderated_world w;
  person& bob = w.come("bob", "den");
  person& owner = w.known("owen", role::member, "den");
  REQUIRE(w.hub.role_in(owner.self->of(), "den") == role::member); // a guest had opened it
  person& boss = w.known("boss", role::owner, "den");
  CHECK(w.say(boss, "/role owen owner", "den") == lines{"you have made owen owner of this room"});
  CHECK(w.say(owner, "/ban bob everywhere", "den") == lines{"you may not ban others here"});
  CHECK(w.say(owner, "/ban bob", "den") == lines{"you have banned bob from den"});
  CHECK(bob.self->memberships().empty());
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
  CHECK_FALSE(w.may_speak(bob));
  CHECK(w.say(op, "/unmute bob") == lines{"you have unmuted bob in lobby"});
  CHECK(w.may_speak(bob));
}

TEST_CASE("nobody acts on somebody of the same role or a higher one") {
  moderated_world w;
  person& boss = w.known("boss", role::owner);
  person& op = w.known("olga", role::op);
  w.known("otto", role::op);
  for (const char* line : {"/kick otto", "/ban boss", "/mute otto", "/ban boss everywhere"}) {
    INFO(line);
    CHECK(w.say(op, line).front().ends_with("has the same role as you, or a higher one"));
  }
  CHECK(w.say(boss, "/kick otto") == lines{"you have removed otto from lobby"});
  CHECK(w.say(boss, "/ban boss") == lines{"you may not do that to yourself"});
}

TEST_CASE("roles are given by those who have more, to those who have an account") {
  moderated_world w;
  person& boss = w.known("boss", role::owner);
  person& op = w.known("olga");
  person& carl = w.known("carl");
  w.come("guest");
  CHECK(w.say(carl, "/role carl owner") == lines{"you may not give roles here"});
  CHECK(w.say(boss, "/op olga") == lines{"you have made olga operator of this room"});
  CHECK(w.say(op, "/role carl voice") == lines{"you have made carl voice of this room"});
  CHECK(w.say(op, "/role carl") == lines{"carl: member of the server, voice of lobby"});
  CHECK(w.say(op, "/op carl") == lines{"you may not give roles here"});
  CHECK(w.say(op, "/role carl owner everywhere") == lines{"you may not give roles here"});
  CHECK(w.say(op, "/role guest voice") ==
        lines{"guest is a guest: roles belong to accounts, see /help register"});
  CHECK(w.say(op, "/role nobody voice") == lines{"there is no account nobody"});
  CHECK(w.say(op, "/role carl king") ==
        lines{"ROLE is one of: guest, member, voice, operator, owner"});
  CHECK(w.say(boss, "/role carl operator everywhere") ==
        lines{"you have made carl operator of the server"});
  CHECK(carl.self->of().role() == role::op);
  CHECK(w.say(boss, "/deop olga") == lines{"you have taken the role of olga"});
  CHECK(w.say(op, "/kick guest") == lines{"you may not put others out here"});
}

TEST_CASE("the account that opens a room owns it, a guest does not, and nobody owns an old one") {
  moderated_world w;
  person& carl = w.known("carl");
  w.say(carl, "/join den");
  w.run();
  CHECK(w.hub.role_in(carl.self->of(), "den") == role::owner);
  CHECK(w.hub.role_in(carl.self->of(), "lobby") == role::member);
  person& guest = w.come("guest", "attic");
  w.send(guest, "first", "m1", "attic");
  w.run();
  w.say(guest, "/leave attic");
  w.say(carl, "/join attic");
  w.run();
  CHECK(w.hub.role_in(carl.self->of(), "attic") == role::member);
  w.say(guest, "/join den");
  CHECK(w.say(guest, "/topic mine", "den") == lines{"you may not set the topic here"});
  w.say(guest, "/join lobby");
  CHECK(w.say(guest, "/topic ours", "lobby").empty());
}

TEST_CASE("a moderated room hears those with a voice, a read-only one its operators") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& carl = w.known("carl");
  CHECK(w.say(carl, "/mode moderated on") ==
        lines{"you may not change the modes of the room here"});
  CHECK(w.say(op, "/mode moderated on") == lines{"you have switched moderated on"});
  CHECK_FALSE(w.may_speak(carl));
  CHECK(carl.ear.last<refused>().message == "lobby is moderated: those with a voice speak");
  w.say(op, "/role carl voice");
  CHECK(w.may_speak(carl));
  w.say(op, "/mode read-only on");
  CHECK_FALSE(w.may_speak(carl));
  CHECK(carl.ear.last<refused>().message == "lobby is read-only: its operators speak");
  CHECK(w.may_speak(op));
  CHECK(w.say(op, "/mode") == lines{"modes of lobby: moderated, read-only"});
  w.say(op, "/mode read-only off");
  w.say(op, "/mode moderated off");
  CHECK(w.say(op, "/mode") == lines{"modes of lobby: none"});
  CHECK(w.say(op, "/mode loud on") == lines{"MODE is one of: private, moderated, read-only"});
  CHECK(w.say(op, "/mode private") == lines{"behind MODE stands on or off"});
}

TEST_CASE("a private room is closed, and not heard of, but for those who are invited") {
  moderated_world w;
  person& carl = w.known("carl");
  w.say(carl, "/join den");
  w.run();
  CHECK(w.say(carl, "/mode private on", "den") == lines{"you have switched private on"});
  person& dora = w.known("dora");
  person& guest = w.come("guest");
  CHECK(w.say(dora, "/join den") == lines{"den is private: one of its operators can /invite you"});
  CHECK(w.say(guest, "/join den") == lines{"den is private: one of its operators can /invite you; "
                                           "for that you need an account, see /register"});
  CHECK(w.say(guest, "/rooms").size() == 1);
  CHECK(w.say(dora, "/invite dora", "lobby") == lines{"you may not invite others here"});
  CHECK(w.say(carl, "/invite guest", "den") ==
        lines{"there is no account guest: only accounts can be invited"});
  CHECK(w.say(carl, "/invite dora", "den") == lines{"you have invited dora"});
  CHECK(dora.ear.last<direct_message>().text == "carl invites you into den: /join den");
  CHECK(w.say(dora, "/rooms").size() == 2);
  CHECK(w.say(dora, "/join den").empty());
  person& op = w.known("olga", role::op);
  CHECK(w.say(op, "/mode private on") ==
        lines{"the room that everybody comes into cannot be private"});
}

TEST_CASE("in a slow room each member waits between two messages, those with a voice do not") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  CHECK(w.say(op, "/slow 30") == lines{"you have made this room slow: a message each 30 s"});
  CHECK(w.may_speak(bob));
  w.clock.advance(std::chrono::seconds(10));
  CHECK_FALSE(w.may_speak(bob));
  CHECK(bob.ear.last<refused>().message == "lobby is slow: you may say something again in 20 s");
  CHECK(w.say(bob, "/who").size() == 1); // other things are not slow
  CHECK(w.may_speak(op));
  CHECK(w.may_speak(op));
  w.clock.advance(std::chrono::seconds(20));
  CHECK(w.may_speak(bob));
  CHECK(w.say(op, "/slow 0") == lines{"you have made this room as fast as before"});
  CHECK(w.may_speak(bob));
  CHECK(w.say(bob, "/slow 5") == lines{"you may not change the modes of the room here"});
}

TEST_CASE("what moderators do is in a room that operators read and nobody writes") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  person& bob = w.come("bob");
  w.say(op, "/kick bob spam");
  w.say(op, "/mode moderated on");
  CHECK(w.say(bob, "/join audit") == lines{"audit is for the operators of the server"});
  w.say(op, "/join audit");
  w.run();
  CHECK_FALSE(w.may_speak(op, "audit"));
  CHECK(w.say(op, "/topic mine", "audit") == lines{"you may not set the topic here"});
  const lines all = w.say(op, "/history 10", "audit");
  REQUIRE(all.size() == 2);
  CHECK(all[0].ends_with("-server-: olga removed bob from lobby: spam"));
  CHECK(all[1].ends_with("-server-: olga has switched moderated on in lobby"));
  w.say(bob, "/rooms");
  CHECK(bob.ear.last<reply>().items == lines{"lobby"});
}

TEST_CASE("who is no operator of the server any more is put out of the room of moderators") {
  moderated_world w;
  person& boss = w.known("boss", role::owner);
  person& op = w.known("olga", role::op);
  w.say(op, "/join audit");
  w.run();
  CHECK(op.self->memberships().size() == 2);
  CHECK(w.say(boss, "/role olga member everywhere") ==
        lines{"you have made olga member of the server"});
  CHECK(op.self->memberships().size() == 1);
  CHECK(w.say(op, "/join audit") == lines{"audit is for the operators of the server"});
}

TEST_CASE("everybody may read the table of rights, and which role is theirs") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  const lines table = w.say(op, "/rights");
  CHECK(table.back() == "you are operator on this server, operator in lobby");
  CHECK(table.size() == policy_table().size() + 2);
}
