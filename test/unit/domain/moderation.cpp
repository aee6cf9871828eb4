// Roles, and what moderators do: each command, its refusals, and what the others hear.

#include "unit/domain/kept_facts.hpp"
#include "unit/domain/moderated_world.hpp"

using namespace asio_chat;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;

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
  w.say(boss, "/join audit");
  w.run();
  CHECK(w.say(boss, "/history 1", "audit").back().ends_with("olga has made carl voice of lobby"));
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
  CHECK(w.say(boss, "/deop olga") == lines{"you have taken the role of operator from olga"});
  CHECK(w.say(op, "/kick guest") == lines{"you may not put others out here"});
}

TEST_CASE("a role that is there already, or is not, is neither given nor taken") {
  moderated_world w;
  person& boss = w.known("boss", role::owner);
  w.known("carl");
  CHECK(w.say(boss, "/role carl") == lines{"carl: member of the server, member of lobby"});
  CHECK(w.say(boss, "/deop carl") == lines{"carl has no role of lobby that could be taken"});
  w.say(boss, "/op carl");
  CHECK(w.say(boss, "/op carl") == lines{"carl is operator of lobby already"});
  CHECK(w.say(boss, "/role carl member everywhere") ==
        lines{"carl is member of the server already"});
}

TEST_CASE("an account that bears another name is found by both") {
  moderated_world w;
  person& boss = w.known("boss", role::owner);
  person& bob = w.known("bob");
  w.say(bob, "/nick robert");
  CHECK(w.say(boss, "/whois robert")
            .front()
            .starts_with("robert: the account bob, member of this server, here since"));
  CHECK(w.say(boss, "/whois bob").front().starts_with("robert: the account bob, "));
  CHECK(w.say(boss, "/seen bob").front().starts_with("bob is here as robert, since"));
  CHECK(w.say(boss, "/role robert").front().starts_with("bob: member of the server"));
  CHECK(w.say(boss, "/op robert") == lines{"you have made bob operator of this room"});
  CHECK(w.say(boss, "/deop robert") == lines{"you have taken the role of operator from bob"});
  CHECK(w.say(boss, "/invite robert") == lines{"you have invited bob"});
  CHECK(w.say(boss, "/mute robert") == lines{"you have muted bob in lobby"});
  CHECK(w.say(boss, "/unmute robert") == lines{"you have unmuted bob in lobby"});
  CHECK(w.say(boss, "/kick bob") == lines{"you have removed robert from lobby"});
  CHECK(bob.self->memberships().empty());
}

TEST_CASE(
    "an invitation into a private room is listed, taken back, and ends with a kick or a ban") {
  moderated_world w;
  person& boss = w.known("boss", role::owner, "den");
  person& joe = w.known("joe");
  w.say(boss, "/mode private on", "den");
  CHECK(w.say(boss, "/invite", "den") == lines{"nobody is invited into den"});
  const auto can_come = [&] { return w.say(joe, "/join den").empty(); };
  w.say(boss, "/invite joe", "den");
  CHECK(w.say(boss, "/invite", "den") == lines{"invited into den: joe"});
  CHECK(w.say(boss, "/invite joe", "den") ==
        lines{"joe is invited already; /invite joe off takes it back"});
  CHECK(w.say(boss, "/invite joe away", "den") == lines{"behind NAME may stand: off"});
  CHECK(can_come());
  w.say(boss, "/kick joe", "den");
  CHECK_FALSE(can_come());
  w.say(boss, "/invite joe", "den");
  CHECK(can_come());
  w.say(boss, "/ban joe", "den");
  w.say(boss, "/unban joe", "den");
  CHECK_FALSE(can_come());
  w.say(boss, "/invite joe", "den");
  CHECK(w.say(boss, "/invite joe off", "den") ==
        lines{"you have taken back the invitation of joe"});
  CHECK_FALSE(can_come());
  CHECK(w.say(boss, "/invite joe off", "den") == lines{"joe is not invited: /invite lists who is"});
}

TEST_CASE("a room that a guest opened has no owner until the owner of the server names one") {
  moderated_world w;
  person& guest = w.come("guest", "attic");
  w.send(guest, "first", "m1", "attic");
  person& carl = w.known("carl", role::member, "attic");
  person& op = w.known("olga", role::op, "attic");
  person& boss = w.known("boss", role::owner, "attic");
  const auto has_owner = [&] {
    const room_facts* about = w.hub.people().room("attic");
    return about && about->has_owner();
  };
  REQUIRE(w.say(guest, "/register password", "attic").front() == "you are logged in as guest");
  CHECK(w.hub.role_in(guest.self->of(), "attic") == role::member); // who opened it was a guest
  CHECK(w.say(op, "/role carl owner", "attic") == lines{"you may not give roles here"});
  CHECK_FALSE(has_owner());
  CHECK(w.say(boss, "/role carl owner", "attic") == lines{"you have made carl owner of this room"});
  CHECK(has_owner());
  CHECK(w.hub.role_in(carl.self->of(), "attic") == role::owner);
  w.say(boss, "/role carl guest", "attic");
  CHECK_FALSE(has_owner());
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
  CHECK(w.say(dora, "/join den") ==
        lines{"den is private: one of its operators can /invite you; if you know its key: "
              "/join den KEY"});
  CHECK(w.say(guest, "/join den") == lines{"den is private: one of its operators can /invite you; "
                                           "for that you need an account, see /register; if you "
                                           "know its key: /join den KEY"});
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

TEST_CASE("everybody may read what each role may, and which role is theirs") {
  moderated_world w;
  person& op = w.known("olga", role::op);
  const lines table = w.say(op, "/rights");
  CHECK(table.back() == "you are operator on this server, operator in lobby");
  REQUIRE(table.size() == all_roles.size() + 1);
  CHECK(table[0].starts_with("guest may speak, send messages to members, "));
  CHECK(table[1] == "member may also set the topic");
  for (const policy_row& row : policy_table()) {
    INFO(row.phrase);
    std::string in;
    for (const std::string& line : table)
      if ((line + ",").find(std::string(row.phrase) + ",") != std::string::npos) in += line;
    CHECK(in.starts_with(std::string(name_of(row.from)) + " may "));
  }
}

TEST_CASE("an invitation reaches nobody who would take no message, and comes once") {
  moderated_world w;
  person& olga = w.known("olga", role::op);
  person& ann = w.known("ann");
  person& bob = w.known("bob");
  person& carl = w.known("carl");
  w.say(ann, "/join den");
  w.say(bob, "/block ann");
  CHECK(w.say(ann, "/invite bob", "den") == lines{"bob does not take messages from you"});
  w.say(carl, "/requests off");
  CHECK(w.say(ann, "/invite carl", "den") == lines{"carl does not take messages from you"});
  CHECK(bob.ear.last<direct_message>().text.empty());
  CHECK(carl.ear.last<direct_message>().text.empty());
  w.say(carl, "/requests on");
  w.say(olga, "/mute ann everywhere");
  CHECK(w.say(ann, "/invite carl", "den") == lines{"you are muted everywhere"});
  w.say(olga, "/unmute ann everywhere");
  w.settle();
  CHECK(w.say(ann, "/invite carl", "den") == lines{"you have invited carl"});
  CHECK(carl.ear.last<direct_message>().text == "ann invites you into den: /join den");
  w.settle();
  CHECK(w.say(ann, "/invite carl", "den") ==
        lines{"carl is invited already; /invite carl off takes it back"});
  CHECK(carl.ear.last<direct_message>().text.empty());
}

TEST_CASE("a slow room is slow to edits, topics and reactions, and not to deletions") {
  moderated_world w;
  person& olga = w.known("olga", role::op);
  person& ann = w.known("ann");
  w.say(olga, "tea?");
  w.say(ann, "coffee");
  w.say(olga, "/slow 30");
  w.say(ann, "cofee!");
  const auto is_held = [&](const char* line) {
    const lines told = w.say(ann, line);
    return !told.empty() && told.front().starts_with("lobby is slow");
  };
  CHECK(is_held("/edit coffee!"));
  CHECK(is_held("/react @1 +"));
  CHECK(is_held("/reply @1 yes"));
  CHECK(is_held("more"));
  CHECK_FALSE(is_held("/delete"));
  CHECK_FALSE(is_held("/topic"));
  w.clock.advance(std::chrono::seconds(30));
  CHECK_FALSE(is_held("/react @1 +"));
  CHECK(is_held("more"));
}

TEST_CASE("who opens a room owns it when they are in, and what they say waits for that") {
  test::kept_facts store;
  moderated_world w(moderated_world::without_history(), {}, &store);
  person& ann = w.known("ann");
  w.settle();
  store.slow = true;
  w.type(ann, "/join mine", {}, "j");
  w.type(ann, "/mode private on", "mine", "m");
  w.send(ann, "secret", "s", "mine");
  w.run();
  CHECK(w.memory_head("mine") == 0); // nothing is stored in a room that has no owner yet
  CHECK(ann.ear.last<room_state>().room.empty());
  for (int turns = 0; turns < 4; ++turns) {
    store.catch_up();
    w.run();
  }
  CHECK(ann.ear.last<refused>().message.empty());
  CHECK(w.hub.people().room("mine")->modes.is_private);
  CHECK(ann.ear.last<acknowledged>().at.offset == 2); // behind what the server says of the mode
  w.settle();
  store.slow = false;
  store.fails = true;
  CHECK(w.say(ann, "/join other") == lines{"the disk is full"});
  CHECK(w.memory_head("other") == 0);
}
