// Accounts as members see them: register, log in, log out, devices.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

namespace {

using lines = std::vector<std::string>;

/// Comes in over a client that keeps a token.
person& come(domain_world& w, const std::string& name, const std::string& room = "lobby") {
  person& p = w.people.emplace_back();
  login l{w.new_identity(), name, true, true};
  l.token = l.who;
  l.host = "host of " + name;
  p.self = w.hub.enter(p.ear, l).value();
  w.hub.join(*p.self, room, "").value();
  w.settle();
  return p;
}

lines answer(domain_world& w, person& p, std::string_view line) {
  p.ear.events.clear();
  w.type(p, line, {}, "r");
  w.run();
  if (const auto no = p.ear.last<refused>(); !no.message.empty()) return {no.message};
  return p.ear.last<reply>().lines;
}

void registered(domain_world& w, person& p, std::string_view password = "correct-horse") {
  REQUIRE(answer(w, p, "/register " + std::string(password)).front().starts_with("you are logged"));
  w.settle();
}

} // namespace

TEST_CASE("who registers has the name from then on, and stays in the rooms") {
  domain_world w;
  person& alice = come(w, "alice");
  person& bob = come(w, "bob");
  w.type(alice, "/register correct-horse", {}, "r");
  w.run();
  CHECK(alice.self->of().has_account());
  CHECK(alice.self->name() == "alice");
  CHECK(bob.news() == heard{"lobby -alice", "lobby +alice"});
  w.send(bob, "hello", "m1");
  w.run();
  CHECK(alice.ear.last<entry>().text == "hello");
  w.leave(alice);
  w.clock.advance(std::chrono::hours(100));
  CHECK(
      answer(w, bob, "/nick alice") ==
      lines{"the name alice is registered: take another one, or log in as its owner, /login alice "
            "PASSWORD"});
  CHECK(bob.ear.last<refused>().code == errc::login_required);
}

TEST_CASE("the right password logs in, and a wrong one says no more than that of nobody") {
  domain_world w;
  person& alice = come(w, "alice");
  registered(w, alice);
  w.leave(alice, true);
  person& other = come(w, "guest");
  CHECK(answer(w, other, "/login alice wrong-horse") == lines{"wrong name or password"});
  const int before = w.passwords.verified;
  CHECK(answer(w, other, "/login nobody wrong-horse") == lines{"wrong name or password"});
  CHECK(w.passwords.verified == before + 1); // as much work
  CHECK(answer(w, other, "/login ALICE correct-horse") ==
        lines{"you are logged in as alice",
              "this client is logged in by itself from now on; see /devices"});
  CHECK(other.self->name() == "alice");
  CHECK(answer(w, other, "/login alice correct-horse") ==
        lines{"you are logged in as alice; /logout first"});
}

TEST_CASE("passwords that are too short or too long are refused, and so is a second account") {
  domain_world w;
  person& alice = come(w, "alice");
  CHECK(answer(w, alice, "/register short") == lines{"a password has 8 to 256 bytes"});
  CHECK(answer(w, alice, "/register " + std::string(257, 'x')) ==
        lines{"a password has 8 to 256 bytes"});
  CHECK(answer(w, alice, "/register").front() ==
        "PASSWORD is missing; usage: /register PASSWORD [CODE]");
  registered(w, alice);
  CHECK(answer(w, alice, "/register another-horse") == lines{"you have the account alice already"});
}

TEST_CASE("a password of several words stands in quotes, and nowhere is half of it taken") {
  domain_world w;
  person& alice = come(w, "alice");
  const std::string quotes = "a password with blanks stands in quotes, \"two words\", and so does "
                             "one that begins with a quote; usage: ";
  CHECK(answer(w, alice, "/register correct horse battery") ==
        lines{quotes + "/register PASSWORD [CODE]"});
  CHECK(answer(w, alice, "/register longpassword extra")
            .front()
            .starts_with("there is no such invitation, and none is needed here; a password with "
                         "blanks stands in"));
  CHECK(answer(w, alice, "/register \"no end of it") ==
        lines{quotes + "/register PASSWORD [CODE]"});
  CHECK_FALSE(alice.self->of().has_account());
  registered(w, alice, "\"correct horse battery\"");
  CHECK(answer(w, alice, "/password \"correct horse battery\" my new phrase") ==
        lines{quotes + "/password OLD NEW"});
  CHECK(answer(w, alice, "/password \"correct horse battery\" \"my \"new\"s phrase\"")
            .front()
            .starts_with("your password is changed"));
  CHECK(answer(w, alice, "/logout").front().starts_with("you are a guest"));
  CHECK(answer(w, alice, "/login alice my new phrase") ==
        lines{quotes + "/login [NAME] [PASSWORD] [CODE]"});
  CHECK(answer(w, alice, "/login alice two words") ==
        lines{"wrong name or password; one with blanks stands in quotes: \"two words\""});
  CHECK(answer(w, alice, "/login alice \"my \"new\"s phrase\"").front() ==
        "you are logged in as alice");
}

TEST_CASE("a password that could not be typed later is not taken") {
  domain_world w;
  person& alice = come(w, "alice");
  for (const char* const bad : {"\" correct horse\"", "\"correct\thorse\"", "\"correct\nhorse\""})
    CHECK(answer(w, alice, "/register " + std::string(bad))
              .front()
              .starts_with("a password has to be UTF-8 without control characters, without blanks "
                           "at its ends"));
  CHECK_FALSE(alice.self->of().has_account());
}

TEST_CASE("who guesses has to wait, longer each time, and the owner elsewhere has not") {
  domain_world w;
  person& alice = come(w, "alice");
  registered(w, alice);
  person& mallory = come(w, "mallory");
  for (int i = 0; i < 4; ++i)
    CHECK(answer(w, mallory, "/login alice guess-guess") == lines{"wrong name or password"});
  CHECK(answer(w, mallory, "/login alice correct-horse") ==
        lines{"too many wrong passwords; try again in 2 s"});
  person& owner = come(w, "at-home");
  CHECK(answer(w, owner, "/login alice correct-horse").front() == "you are logged in as alice");
  w.clock.advance(std::chrono::seconds(2));
  CHECK(answer(w, mallory, "/login alice guess-guess") == lines{"wrong name or password"});
  CHECK(answer(w, mallory, "/login alice guess-guess") ==
        lines{"too many wrong passwords; try again in 4 s"});
}

TEST_CASE("sixteen passwords tried at once are one, and each wrong one is told of") {
  domain_world w;
  person& alice = come(w, "alice");
  registered(w, alice);
  w.leave(alice, true);
  std::vector<person*> strangers;
  for (int i = 0; i < 16; ++i) {
    person& p = w.people.emplace_back();
    login l{w.new_identity(), "stranger" + std::to_string(i), true, true};
    l.token = l.who;
    l.host = "one host";
    l.session = 7;
    p.self = w.hub.enter(p.ear, l).value();
    strangers.push_back(&p);
  }
  w.settle();
  const int before = w.passwords.verified;
  for (person* p : strangers)
    w.type(*p, "/login alice guess-guess", {}, "r");
  w.run();
  CHECK(w.passwords.verified == before + 1);
  CHECK(strangers.front()->ear.last<refused>().message == "wrong name or password");
  CHECK(strangers.back()->ear.last<refused>().message ==
        "your last password for this account is still looked at; try again in 1 s");
  CHECK(w.wrong == heard{"7 alice"});
  CHECK(answer(w, *strangers.front(), "/login nobody guess-guess").front() ==
        "wrong name or password");
  CHECK(w.wrong == heard{"7 alice", "7 -"});
}

TEST_CASE("passwords that are changed at once have not all the places of the queue") {
  domain_world w;
  person& alice = come(w, "alice");
  registered(w, alice);
  const int before = w.passwords.verified;
  for (int i = 0; i < 8; ++i)
    w.type(alice, "/password wrong-horse battery-staple", {}, "r");
  w.run();
  CHECK(w.passwords.verified <= before + 4);
}

TEST_CASE("where too many passwords wait, it is said when to come back, and nothing has changed") {
  domain_world w;
  person& alice = come(w, "alice");
  w.passwords.busy = true;
  CHECK(answer(w, alice, "/register correct-horse") ==
        lines{"many are logging in; try again in 2 s"});
  CHECK_FALSE(alice.ear.held);
  w.passwords.busy = false;
  registered(w, alice);
}

TEST_CASE("nothing is read of a connection while its password is looked at") {
  domain_world w;
  person& alice = come(w, "alice");
  w.type(alice, "/register correct-horse", {}, "r");
  CHECK(alice.ear.held);
  w.run();
  CHECK_FALSE(alice.ear.held);
}

TEST_CASE("who goes while the password is looked at leaves an account at most") {
  domain_world w;
  person& alice = come(w, "alice");
  w.type(alice, "/register correct-horse", {}, "r");
  w.leave(alice);
  w.run();
  person& again = come(w, "alice2");
  registered(w, again);
}

TEST_CASE("the owner of a name takes it from whoever bears it") {
  domain_world w;
  person& alice = come(w, "alice");
  registered(w, alice);
  w.hub.leave(*std::exchange(alice.self, nullptr), true);
  person& owner = come(w, "someone");
  person& bob = come(w, "bob");
  CHECK(answer(w, bob, "/login alice correct-horse").front() == "you are logged in as alice");
  CHECK(answer(w, owner, "/login alice correct-horse").front() == "you are logged in as alice");
  CHECK_FALSE(bob.ear.closed);
  CHECK(owner.self->name() == "alice");
}

TEST_CASE("where a member has one connection, who logs in takes the place of the one before") {
  limits l = domain_world::without_history();
  l.member_connections = 1;
  domain_world w(l);
  person& phone = come(w, "alice");
  registered(w, phone);
  person& laptop = come(w, "laptop");
  answer(w, laptop, "/login alice correct-horse");
  REQUIRE(phone.ear.closed);
  CHECK(phone.ear.closed->code == close_code::replaced);
  CHECK(laptop.self->name() == "alice");
  w.leave(phone);
  CHECK(w.hub.member_count() == 1);
}

TEST_CASE("several connections of one account are one member, shown once") {
  limits l = domain_world::without_history();
  l.member_connections = 3;
  domain_world w(l);
  person& phone = come(w, "alice");
  person& bob = come(w, "bob");
  registered(w, phone);
  person& laptop = come(w, "laptop");
  w.settle();
  REQUIRE(answer(w, laptop, "/login alice correct-horse").front() == "you are logged in as alice");
  CHECK(&phone.self->of() == &laptop.self->of());
  CHECK(answer(w, bob, "/who") == lines{"online: alice, bob (guest)"});
  w.settle();
  w.send(phone, "from the phone", "m1");
  w.run();
  CHECK(laptop.ear.last<entry>().text == "from the phone");
  CHECK(phone.news() == heard{"ack m1 lobby@1"});
}

TEST_CASE("who logs out is a guest with another name, and the device opens nothing any more") {
  domain_world w;
  person& alice = come(w, "alice");
  const identity token = alice.self->who();
  registered(w, alice);
  CHECK(w.hub.people().of_device(token) != nullptr);
  CHECK(answer(w, alice, "/logout") == lines{"you are a guest, known as alice-2"});
  CHECK(w.hub.people().of_device(token) == nullptr);
  CHECK(alice.self->who() == token);
  CHECK(answer(w, alice, "/logout") == lines{"you are not logged in to an account"});
}

TEST_CASE("a password is changed by who knows the old one") {
  domain_world w;
  person& alice = come(w, "alice");
  CHECK(answer(w, alice, "/password a-password b-password") ==
        lines{"you are not logged in to an account"});
  registered(w, alice);
  CHECK(answer(w, alice, "/password wrong-horse battery-staple") == lines{"wrong password"});
  CHECK(answer(w, alice, "/password correct-horse short") ==
        lines{"a password has 8 to 256 bytes"});
  CHECK(answer(w, alice, "/password correct-horse battery-staple") ==
        lines{"your password is changed; who is logged in stays so, see /devices"});
  answer(w, alice, "/logout");
  CHECK(answer(w, alice, "/login alice correct-horse") == lines{"wrong name or password"});
  CHECK(answer(w, alice, "/login alice battery-staple").front() == "you are logged in as alice");
}

TEST_CASE("devices have names of their owner's, and tell when they came last") {
  limits l = domain_world::without_history();
  l.member_connections = 3;
  domain_world w(l);
  person& phone = come(w, "alice");
  registered(w, phone);
  const identity token = *phone.self->token();
  person& laptop = come(w, "laptop");
  answer(w, laptop, "/login alice correct-horse");
  CHECK(answer(w, laptop, "/devices 1 my old\x1b phone") ==
        lines{"device 1 is called my old\ufffd phone"});
  CHECK(answer(w, laptop, "/devices 7 tablet") == lines{"there is no device 7"});
  CHECK(answer(w, laptop, "/devices all tablets") ==
        lines{"a name is for one device: /devices NUMBER NAME"});
  CHECK(answer(w, laptop, "/devices") ==
        lines{"1: my old\ufffd phone, since 2019-12-20, here", "2: since 2019-12-20, this one"});
  w.leave(phone);
  w.clock.set_wall(w.clock.wall_now() + std::chrono::hours(48));
  CHECK(answer(w, laptop, "/devices").front() ==
        "1: my old\ufffd phone, since 2019-12-20, last seen 2019-12-20");
  person& again = w.people.emplace_back();
  const account& a = *w.hub.people().find("alice");
  login back{a.id, "alice", true, true};
  back.has_account = true;
  back.token = token;
  again.self = w.hub.enter(again.ear, back).value();
  w.run();
  w.leave(again);
  CHECK(answer(w, laptop, "/devices").front() ==
        "1: my old\ufffd phone, since 2019-12-20, last seen 2019-12-22");
}

TEST_CASE("devices are listed, and one that is logged out is closed at once") {
  limits l = domain_world::without_history();
  l.member_connections = 3;
  domain_world w(l);
  person& phone = come(w, "alice");
  CHECK(answer(w, phone, "/devices") == lines{"you are not logged in to an account"});
  registered(w, phone);
  person& laptop = come(w, "laptop");
  answer(w, laptop, "/login alice correct-horse");
  CHECK(answer(w, laptop, "/devices") ==
        lines{"1: since 2019-12-20, here", "2: since 2019-12-20, this one"});
  CHECK(answer(w, laptop, "/devices 7") == lines{"there is no device 7"});
  CHECK(answer(w, laptop, "/devices x") == lines{"NUMBER is one of /devices, or all"});
  CHECK(answer(w, laptop, "/devices 1") == lines{"one device is logged out"});
  REQUIRE(phone.ear.closed);
  CHECK(phone.ear.closed->code == close_code::removed);
  CHECK_FALSE(laptop.ear.closed);
  CHECK(answer(w, laptop, "/devices all") == lines{"the others are logged out"});
  CHECK_FALSE(laptop.ear.closed);
}

TEST_CASE("an account has so many devices, and of more the one goes that came the longest ago") {
  domain_world w;
  person& first = come(w, "alice");
  registered(w, first);
  const identity id = first.self->who();
  for (int n = 1; n < 40; ++n) {
    w.clock.set_wall(w.clock.wall_now() + std::chrono::hours(1));
    person& next = come(w, "guest");
    REQUIRE(answer(w, next, "/login alice correct-horse").front() == "you are logged in as alice");
  }
  const auto devices = w.hub.people().devices_of(id);
  CHECK(devices.size() == 32);
  CHECK(devices.front()->number == 9);
  CHECK(devices.back()->number == 40);
}

TEST_CASE("where only the operator makes accounts nobody else does") {
  domain_world w(domain_world::without_history(), {}, nullptr, false);
  person& alice = come(w, "alice");
  CHECK(answer(w, alice, "/register correct-horse") ==
        lines{"accounts are made by the operator of this server"});
}

TEST_CASE("where guests are not welcome they are told nothing of others") {
  domain_world w(domain_world::without_history(), {}, nullptr, true, false);
  person& owner = w.enter("alice");
  registered(w, owner);
  w.hub.join(*owner.self, "plans", "").value();
  w.settle();
  person& stranger = w.enter("bob");
  const std::string no = "this server is for those who have an account: /login NAME PASSWORD, or "
                         "/register PASSWORD for the name you have";
  for (const char* line : {"/rooms", "/whois alice", "/seen alice", "/seen nobody", "/head", "/who",
                           "/away", "/devices", "/limits", "/pins", "/block alice", "/export me",
                           "/forget me", "/requests off", "/cert", "/bans"})
    CHECK(answer(w, stranger, line) == lines{no});
  for (const char* line : {"/help", "/help rooms", "/rights", "/tls"})
    CHECK(answer(w, stranger, line) != lines{no});
  // Nor are those who log out.
  answer(w, owner, "/logout");
  CHECK(owner.self->memberships().empty());
  CHECK(answer(w, owner, "/rooms") == lines{no});
}

TEST_CASE("where guests are not welcome they can register and log in, and nothing else") {
  domain_world w(domain_world::without_history(), {}, nullptr, true, false);
  person& alice = w.enter("alice");
  w.type(alice, "/join lobby", {}, "r");
  w.run();
  CHECK(alice.ear.last<refused>().code == errc::login_required);
  CHECK(alice.self->memberships().empty());
  REQUIRE(answer(w, alice, "/register correct-horse").front() == "you are logged in as alice");
  w.type(alice, "/join lobby", {}, "r");
  w.run();
  CHECK(alice.self->memberships().size() == 1);
}
