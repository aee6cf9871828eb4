// A new device shows a code, and an older one of the account lets it in by that.

#include "unit/domain/moderated_world.hpp"

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;
using namespace std::chrono_literals;

namespace {

/// An account may be here by several connections.
limits several() {
  limits l = test::domain_world::without_history();
  l.member_connections = 8;
  return l;
}

const lines asked_once{"your code is 000001: where you are logged in, type /devices confirm 000001",
                       "it holds for 5 min, here and once; stay until you are let in, or give the "
                       "password: /login NAME PASSWORD"};

std::string code_of(const lines& told) {
  const std::string& first = told.front();
  return first.starts_with("your code is ") ? first.substr(13, 6) : first;
}

person& from(domain_world& w, const std::string& name, const std::string& host) {
  person& p = w.people.emplace_back();
  login l{w.new_identity(), name, true, true};
  l.token = l.who;
  l.host = host;
  l.session = 5;
  p.self = w.hub.enter(p.ear, l).value();
  w.hub.join(*p.self, "lobby", "").value();
  w.settle();
  return p;
}

void change(domain_world& w, const std::string& name, account_change::kind what) {
  account_change c;
  c.what = what;
  c.name = name;
  w.hub.change_account(c, [](const result<void>& done) { CHECK(done.has_value()); });
  w.run();
}

} // namespace

TEST_CASE("a code that an older device confirms logs the new one in, once") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& phone = w.come("phone");
  const lines told = w.say(phone, "/login alice");
  CHECK(told == asked_once);
  CHECK(alice.ear.last<direct_message>().text ==
        "somebody at 192.0.2.2, here as phone, asks to log in as alice: if you see a code there, "
        "/devices confirm CODE lets them in; else /devices refuse");
  CHECK(w.say(alice, "/devices").back() ==
        "1 more asks to be logged in: /devices confirm CODE lets in the one that shows this code; "
        "/devices refuse lets in none of them");
  phone.ear.events.clear();
  CHECK(w.say(alice, "/devices confirm 000001 my phone") ==
        lines{"the new device is logged in: number 2 in /devices"});
  CHECK(phone.self->name() == "alice");
  CHECK(&phone.self->of() == &alice.self->of());
  const reply in = phone.ear.last<reply>();
  CHECK(in.command == "login");
  CHECK(in.lines == lines{"you are logged in as alice",
                          "this client is logged in by itself from now on; see /devices"});
  CHECK(in.items == lines{"alice"});
  CHECK_FALSE(phone.ear.held);
  CHECK(w.hub.people().of_device(*phone.self->token())->name == "alice");
  CHECK(w.say(alice, "/devices").back().starts_with("2: my phone, since "));
  CHECK(w.say(alice, "/devices confirm 000001").front().starts_with("nobody who asks"));
}

TEST_CASE("the name is the one of the connection where it is left out") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& other = w.come("alicia");
  CHECK(w.say(other, "/login") == asked_once);
  CHECK(w.hub.login_requests().count_of("alicia") == 1);
  CHECK(w.say(alice, "/devices confirm 000001").front().starts_with("nobody who asks"));
}

TEST_CASE("an account that there is not, is disabled or has nobody here gets the same answer") {
  moderated_world w(several());
  person& gone = w.known("gone");
  w.known("disabled");
  change(w, "disabled", account_change::kind::disable);
  w.leave(gone, true);
  int n = 0;
  for (const char* const name : {"nobody", "gone", "disabled"}) {
    person& asker = w.come("asker" + std::to_string(n++));
    lines told = w.say(asker, std::string("/login ") + name);
    CHECK(told.size() == 2);
    CHECK(code_of(told) == fmt::format("{:06}", n));
    CHECK(asker.news().size() == 1); // and nothing else
  }
  person& asker = w.come("asker");
  CHECK(w.say(asker, "/login two..names!").front().starts_with("a name"));
}

TEST_CASE("each of several has its own code, and refusing refuses all of them") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& one = w.come("one");
  person& two = w.come("two");
  const std::string first = code_of(w.say(one, "/login alice"));
  const std::string second = code_of(w.say(two, "/login alice"));
  CHECK(first != second);
  CHECK(w.say(alice, "/devices refuse") == lines{"2 new devices are not let in"});
  CHECK(one.ear.last<reply>().lines.front().starts_with("you were not let in"));
  CHECK(two.ear.last<reply>().items.empty());
  CHECK(w.say(alice, "/devices confirm " + first).front().starts_with("nobody who asks"));
  CHECK(w.say(alice, "/devices refuse") == lines{"nobody asks to be logged in as you"});
  CHECK(w.say(alice, "/devices refuse them").front() == "say /devices refuse, to all who ask");
}

TEST_CASE("a code is over after five minutes, when its connection goes, or asks again") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& phone = w.come("phone");
  const std::string late = code_of(w.say(phone, "/login alice"));
  w.clock.advance(login_requests::lasts);
  CHECK(w.say(alice, "/devices confirm " + late).front().starts_with("nobody who asks"));
  const std::string before = code_of(w.say(phone, "/login alice"));
  const std::string now = code_of(w.say(phone, "/login alice"));
  CHECK(w.say(alice, "/devices confirm " + before).front().starts_with("nobody who asks"));
  w.leave(phone, true);
  CHECK(w.say(alice, "/devices confirm " + now).front().starts_with("nobody who asks"));
  CHECK(w.say(alice, "/devices confirm 12345").front().starts_with("say /devices confirm CODE"));
}

TEST_CASE("wrong codes are counted and told of, and the account has to wait") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& phone = w.come("phone");
  const std::string code = code_of(w.say(phone, "/login alice"));
  for (int i = 0; i < 4; ++i)
    CHECK(w.say(alice, "/devices confirm 999999").front().starts_with("nobody who asks"));
  CHECK(w.wrong.size() == 4);
  CHECK(w.wrong.front().ends_with(" alice"));
  CHECK(w.say(alice, "/devices confirm " + code) ==
        lines{"too many wrong codes; try again in 2 s"});
  w.clock.advance(2s);
  CHECK(w.say(alice, "/devices confirm " + code).front().starts_with("the new device"));
}

TEST_CASE("who asks again and again waits longer, and many at once are bounded") {
  moderated_world w(several());
  w.known("alice");
  person& mallory = from(w, "mallory", test::address(77));
  for (int i = 0; i < 4; ++i)
    CHECK(w.say(mallory, "/login alice").size() == 2);
  const std::string wait = "you have asked to be logged in too often: give the password, or try "
                           "again in ";
  CHECK(w.say(mallory, "/login alice") == lines{wait + "2 s"});
  w.clock.advance(2s);
  CHECK(w.say(mallory, "/login alice").size() == 2);
  CHECK(w.say(mallory, "/login alice") == lines{wait + "4 s"});
  for (int i = 0; i < 3; ++i)
    CHECK(w.say(from(w, "m" + std::to_string(i), test::address(77)), "/login bob").size() == 2);
  CHECK(w.say(from(w, "m4", test::address(77)), "/login carol")
            .front()
            .starts_with("too many ask at once to be logged in from your address"));
  for (int i = 0; i < 7; ++i)
    CHECK(w.say(from(w, "n" + std::to_string(i), test::address(100 + i)), "/login alice").size() ==
          2);
  CHECK(w.say(from(w, "last", test::address(99)), "/login alice")
            .front()
            .starts_with("too many ask at once to be logged in to this account"));
}

TEST_CASE("the owner is told of five in five minutes, and a code is good without, too") {
  moderated_world w(several());
  person& alice = w.known("alice");
  std::size_t told = 0;
  std::string last;
  for (int i = 0; i < 7; ++i) {
    person& asker = from(w, "a" + std::to_string(i), test::address(100 + i));
    alice.ear.events.clear();
    last = code_of(w.say(asker, "/login alice"));
    told += alice.news().size();
  }
  CHECK(told == login_requests::notices.count);
  CHECK(w.say(alice, "/devices confirm " + last).front().starts_with("the new device is"));
}

TEST_CASE("a device that was logged out meanwhile, and a banned one, are of no use") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& phone = w.come("phone");
  person& laptop = w.come("laptop");
  w.say(laptop, "/login alice password");
  const std::string code = code_of(w.say(phone, "/login alice"));
  w.type(laptop, "/devices 1", {}, "r"); // which is that of the next line
  w.type(alice, "/devices confirm " + code, {}, "s");
  w.run();
  CHECK(alice.ear.last<refused>().message == "you were logged out meanwhile");
  CHECK_FALSE(phone.self->of().has_account());
  CHECK(phone.ear.last<reply>().lines.front().starts_with("you were not let in"));
  CHECK_FALSE(phone.ear.held);
}

TEST_CASE("an account that is disabled or deleted while it confirms lets nobody in") {
  for (const auto what : {account_change::kind::disable, account_change::kind::remove}) {
    moderated_world w(several());
    person& alice = w.known("alice");
    person& phone = w.come("phone");
    const std::string code = code_of(w.say(phone, "/login alice"));
    account_change c;
    c.what = what;
    c.name = "alice";
    w.hub.change_account(c, [](const result<void>&) {});
    w.type(alice, "/devices confirm " + code, {}, "s");
    w.run();
    CHECK_FALSE(phone.self->of().has_account());
    CHECK(w.hub.people().of_device(*phone.self->token()) == nullptr);
  }
}

TEST_CASE("who tries a password meanwhile is told that the code is gone") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& phone = w.come("phone");
  const std::string code = code_of(w.say(phone, "/login alice"));
  phone.ear.events.clear();
  w.type(phone, "/login alice wrong", {}, "r");
  CHECK(w.say(alice, "/devices confirm " + code) ==
        lines{"the new device is gone, or logs in by a password"});
  const auto told = phone.ear.all<reply>();
  REQUIRE(told.size() == 1);
  CHECK(told.front().lines.front().starts_with("you were not let in by the other device"));
  CHECK(phone.ear.last<refused>().message == "wrong name or password");
}

TEST_CASE("who is here without a device is told of, and ends with all others") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& phone = w.come("phone");
  w.say(phone, "/login alice password");
  const auto come = [&](login l) -> person& {
    person& p = w.people.emplace_back();
    p.self = w.hub.enter(p.ear, l).value();
    return p;
  };
  person& plain = come({w.new_identity(), "plain"}); // keeps no token
  w.say(plain, "/login alice password");
  CHECK(w.say(alice, "/devices").back() ==
        "1 more connection is here without a device, until it ends: /devices all ends it");
  login own{w.new_identity(), "chooser", true, true}; // has chosen it
  own.token = own.who;
  own.token_chosen = true;
  person& chooser = come(own);
  w.say(chooser, "/login alice password");
  CHECK(w.say(alice, "/devices").back() == "2 more connections are here without a device, until "
                                           "they end: /devices all ends them");
  CHECK(w.say(alice, "/devices all") == lines{"the others are logged out"});
  for (const person* p : {&phone, &plain, &chooser}) {
    REQUIRE(p->ear.closed);
    CHECK(p->ear.closed->phrase == "all others were logged out by /devices all");
  }
  CHECK_FALSE(alice.ear.closed);
}

TEST_CASE("what is under way of who is logged out by /devices all is not done") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& thief = w.people.emplace_back();
  thief.self = w.hub.enter(thief.ear, login{w.new_identity(), "thief"}).value(); // keeps no token
  w.say(thief, "/login alice password");
  w.type(alice, "/devices all", {}, "r");
  w.type(thief, "/apppassword add mine chat", {}, "s");
  w.type(thief, "/apppassword add again chat", {}, "t");
  w.run();
  CHECK(thief.ear.closed);
  CHECK(w.hub.people().app_passwords_of(alice.self->who()).empty());
}

TEST_CASE("who is logged out by a reset meanwhile lets nobody in") {
  const auto reset_while = [](bool keeps_token, const std::string& asked) {
    moderated_world w(several());
    w.known("alice");
    person& thief = w.people.emplace_back();
    login l{w.new_identity(), "thief", keeps_token, keeps_token};
    if (keeps_token) l.token = l.who;
    thief.self = w.hub.enter(thief.ear, l).value();
    w.say(thief, "/login alice password");
    person& phone = w.come("phone");
    const std::string code = code_of(w.say(phone, "/login alice"));
    people& p = w.hub.people();
    const identity id = p.find("alice")->id;
    p.change( // a reset, whose password is hashed
        [&]() -> result<std::vector<fact>> {
          account reset = *p.find(id);
          reset.password_hash = "plain another";
          std::vector<fact> f{fact_of(reset)};
          for (const device* d : p.devices_of(id))
            f.push_back(without(fact_of(*d)));
          return f;
        },
        [](const result<void>& done) { CHECK(done.has_value()); });
    w.type(thief, asked == "confirm" ? "/devices confirm " + code : asked, {}, "s");
    w.run();
    CHECK_FALSE(phone.self->of().has_account());
    CHECK(p.devices_of(id).empty());
    CHECK(p.app_passwords_of(id).empty());
  };
  for (const bool keeps_token : {false, true})
    for (const char* const asked : {"confirm", "/apppassword add mine chat"})
      reset_while(keeps_token, asked);
}

TEST_CASE("what waits of a connection that was logged out is not carried out any more") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& phone = w.come("phone");
  w.say(phone, "/login alice password");
  w.type(alice, "/devices 2", {}, "r");
  w.type(phone, "/devices 1 first", {}, "s"); // under way
  w.type(phone, "/devices 1 second", {}, "t");
  w.run();
  CHECK(phone.ear.closed);
  CHECK(w.say(alice, "/devices").front().starts_with("1: first, "));
}

TEST_CASE("guests confirm nothing, and who has an account asks for none") {
  moderated_world w(several());
  person& alice = w.known("alice");
  person& guest = w.come("guest");
  CHECK(w.say(guest, "/devices confirm 000001") == lines{"you are not logged in to an account"});
  CHECK(w.say(alice, "/login bob") == lines{"you are logged in as alice; /logout first"});
}

TEST_CASE("a server that draws nothing says so") {
  moderated_world w(several());
  hub other({.log = w.log,
             .time = w.clock,
             .limits = w.given,
             .counters = w.counters,
             .later = w.tasks.later(),
             .default_room = "lobby",
             .passwords = &w.passwords});
  person p;
  p.self = other.enter(p.ear, {w.new_identity(), "phone", true, true}).value();
  other.dispatch(*p.self, read_command("login", "alice", {}, "r"));
  w.run();
  CHECK(p.ear.last<refused>().message == "this server draws no codes: /login NAME PASSWORD");
  other.leave(*p.self, true);
}

TEST_CASE(
    "where guests are not welcome a new device may ask, and the second factor counts as shown") {
  moderated_world w(several(), {}, nullptr, true, false);
  person& alice = w.known("alice");
  REQUIRE(w.say(alice, "/totp on password").front() == "secret1 of alice");
  const auto step = test::plain_factor::step_at(w.clock.wall_now());
  REQUIRE(w.say(alice, fmt::format("/totp confirm code{}-secret1", step)).size() > 1);
  person& phone = w.come("phone", "");
  const std::string code = code_of(w.say(phone, "/login alice"));
  CHECK(w.say(alice, "/devices confirm " + code).front().starts_with("the new device is"));
  CHECK(phone.self->name() == "alice");
}
