// What programs may that came by an app password.

#include "accounts/account_authenticator.hpp"
#include "accounts/account_export.hpp"
#include "accounts/app_password.hpp"
#include "domain/command_table.hpp"
#include "net/passphrase_authenticator.hpp"
#include "unit/domain/moderated_world.hpp"

using namespace asio_chat;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;
using namespace std::chrono_literals;

namespace {

/// An account may be here by several connections.
limits with_programs() {
  limits l = test::domain_world::without_history();
  l.member_connections = 8;
  return l;
}

/// The secret of a new one.
std::string made(moderated_world& w, person& owner, const std::string& what) {
  const lines told = w.say(owner, "/apppassword add " + what);
  REQUIRE(told.size() == 3);
  return told.back();
}

person& program(moderated_world& w, const std::string& secret, const std::string& of = "alice",
                const std::string& room = "lobby") {
  person& p = w.come("program", room);
  REQUIRE(w.say(p, "/login " + of + " " + secret).front() == "you are logged in as " + of);
  return p;
}

std::string held(std::string_view scope) {
  return fmt::format("you came by the app password 1 (bot), which is to {} alone: log in with your "
                     "own password for that",
                     scope);
}

} // namespace

TEST_CASE("an app password is shown once, listed, and opens the account for what it is for") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  person& tablet = w.come("tablet");
  w.say(tablet, "/login alice password");
  const lines told = w.say(alice, "/apppassword add bot chat");
  CHECK(told.front() == "app password 1 (bot): chat");
  CHECK(told[1] == "give it to the program in the place of your password, with the name alice; it "
                   "is shown this once:");
  CHECK(told[2].size() == 34);
  CHECK(tablet.ear.last<direct_message>().text ==
        "app password 1 (bot): chat was made; /apppassword remove 1 ends it");
  CHECK(w.say(alice, "/apppassword").front().ends_with("never used"));
  const int before = w.passwords.verified;
  person& bot = program(w, told[2]);
  CHECK(w.passwords.verified == before); // drawn, and so no slow hash is needed
  CHECK(&bot.self->of() == &alice.self->of());
  const lines list = w.say(alice, "/apppassword");
  CHECK(list.front().starts_with("1: bot, chat, since "));
  CHECK(list.front().ends_with(", here"));
  CHECK(list[1].starts_with("   device 3, since "));
  CHECK(w.say(alice, "/devices").back().ends_with("here, by app password 1"));
  CHECK(w.say(alice, "/whois alice").back().starts_with("came by app password 1"));
}

TEST_CASE("programs take the place of their own connections, and never that of the owner") {
  limits l = test::domain_world::without_history();
  l.member_connections = GENERATE(1u, 2u);
  moderated_world w(l);
  person& alice = w.known("alice");
  const std::string bot = made(w, alice, "bot read");
  person& other = program(w, made(w, alice, "other chat"));
  std::vector<person*> programs;
  for (std::size_t n = 0; n <= l.member_connections; ++n)
    programs.push_back(&program(w, bot));
  CHECK_FALSE(alice.ear.closed);
  CHECK_FALSE(other.ear.closed);
  REQUIRE(programs.front()->ear.closed);
  CHECK(programs.front()->ear.closed->code == close_code::replaced);
  for (std::size_t n = 1; n < programs.size(); ++n)
    CHECK_FALSE(programs[n]->ear.closed);
  w.settle();
  w.send(alice, "to my programs", "m1");
  w.run();
  CHECK(other.ear.last<entry>().text == "to my programs");
  CHECK(programs.back()->ear.last<entry>().text == "to my programs");
}

TEST_CASE("reading is reading: nothing is said, and what is about the account is refused") {
  moderated_world w(with_programs());
  person& olga = w.known("olga", role::owner);
  person& bot = program(w, made(w, olga, "bot read"), "olga");
  CHECK(w.may_speak(olga));
  CHECK_FALSE(w.may_speak(bot));
  CHECK(bot.ear.last<refused>().message == held("read"));
  for (const char* const line :
       {"/me waves", "/msg olga hi", "/react +1", "/edit x", "/delete", "/reply x", "/topic new"})
    CHECK(w.say(bot, line) == lines{held("read")});
  CHECK(w.say(bot, "/history 5").size() > 0);
  CHECK(bot.ear.last<refused>().message.empty());
  CHECK(w.say(bot, "/join den").empty()); // the state of the room is the answer
  CHECK(bot.ear.last<refused>().message.empty());
  CHECK(w.say(bot, "/rights").back() ==
        "over this connection you may read alone, by app password 1");
}

TEST_CASE("chatting is chatting, whatever the role of the account is") {
  moderated_world w(with_programs());
  person& olga = w.known("olga", role::owner);
  w.come("victim");
  person& bot = program(w, made(w, olga, "bot chat"), "olga");
  CHECK(w.may_speak(bot));
  w.say(bot, "/msg victim hi");
  CHECK(bot.ear.last<refused>().message.empty());
  w.say(bot, "/edit -1 other words");
  CHECK(bot.ear.last<refused>().message.empty());
  for (const command_row& row : command_table()) {
    INFO(row.name);
    if (row.for_apps || row.name == "register" || row.name == "login") continue;
    std::string line = "/" + std::string(row.name);
    if (row.needs_room || !row.arguments.empty()) line += " victim";
    const auto what = read_command(row.name, line.substr(row.name.size() + 1), {}, "r").what;
    if (std::holds_alternative<requests::unreadable>(what)) continue; // not that far
    CHECK(w.say(bot, line) == lines{held("chat")});
  }
  for (const char* const line : {"/password password other-password",
                                 "/devices",
                                 "/devices confirm 000001",
                                 "/totp",
                                 "/apppassword",
                                 "/apppassword add x chat",
                                 "/cert",
                                 "/forget me",
                                 "/export me",
                                 "/invitation",
                                 "/kick victim",
                                 "/ban victim",
                                 "/mute victim",
                                 "/op olga",
                                 "/mode private on",
                                 "/slow 5",
                                 "/nick other",
                                 "/display Olga",
                                 "/block victim",
                                 "/ignore victim",
                                 "/away",
                                 "/pin -1",
                                 "/limits set rate-messages 5/s"})
    CHECK(w.say(bot, line) == lines{held("chat")});
  CHECK(w.say(bot, "/join audit") == lines{held("chat")});
  CHECK(w.may_speak(olga)); // the limit is the connection's
  w.say(olga, "/kick victim");
  CHECK(olga.ear.last<refused>().message.empty());
}

TEST_CASE("one for rooms is for those alone, and gets nothing that is said to the account") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  const std::string secret = made(w, alice, "bot chat #Den lobby den");
  person& bot = program(w, secret);
  CHECK(w.say(alice, "/apppassword").front().starts_with("1: bot, chat in den, lobby, since"));
  CHECK(w.may_speak(bot));
  CHECK(w.say(bot, "/join elsewhere") == lines{held("chat in den, lobby")});
  CHECK(w.say(bot, "/join @bob") == lines{held("chat in den, lobby")});
  CHECK(w.say(bot, "/msg bob hi") == lines{held("chat in den, lobby")});
  bot.ear.events.clear();
  w.say(bob, "/msg alice hi");
  CHECK(alice.ear.last<direct_message>().text == "hi");
  CHECK(bot.ear.last<direct_message>().text.empty());
  w.say(w.come("guest"), "/msg alice psst");
  CHECK(alice.ear.last<direct_message>().text == "psst");
  CHECK(bot.ear.last<direct_message>().text.empty());
  w.say(alice, "/join elsewhere");
  CHECK(bot.self->memberships().size() == 1); // not taken there
  w.say(bot, "/join den");
  CHECK(alice.self->memberships().size() == 2);
  w.say(alice, "/leave lobby");
  CHECK(w.may_speak(bot));
  const auto rooms = [&](person& p) {
    w.say(p, "/rooms");
    return p.ear.last<reply>().as<answers::rooms>()->list.size();
  };
  CHECK(rooms(alice) == 3);
  CHECK(rooms(bot) == 2);
}

TEST_CASE("who comes from another room by it is out of that one") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  const std::string secret = made(w, alice, "bot read den");
  person& bot = program(w, secret);
  CHECK(bot.self->memberships().empty());
  CHECK(bot.ear.last<member_left>().room == "lobby");
}

TEST_CASE("rooms of the server are read where they are named, and where the role may") {
  moderated_world w(with_programs());
  person& olga = w.known("olga", role::owner);
  person& alice = w.known("alice");
  person& pager = program(w, made(w, olga, "bot read alarms"), "olga", "");
  w.say(pager, "/join alarms");
  CHECK(pager.self->memberships().size() == 1);
  person& other = program(w, made(w, alice, "bot read alarms"), "alice", "");
  CHECK(w.say(other, "/join alarms").front().starts_with("alarms is for the operators"));
}

TEST_CASE("what is removed opens nothing, and its connections end at once") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  const std::string secret = made(w, alice, "bot chat");
  person& bot = program(w, secret);
  const identity token = *bot.self->token();
  REQUIRE(w.hub.people().find_device(token)->app == 1);
  CHECK(w.say(alice, "/apppassword remove 2") ==
        lines{"there is no app password 2: /apppassword lists them"});
  CHECK(w.say(alice, "/apppassword remove 1") == lines{"app password 1 opens nothing any more"});
  CHECK(bot.ear.closed.value().phrase == "this app password was removed by its owner");
  CHECK(w.hub.people().find_device(token) == nullptr);
  person& again = w.come("again");
  CHECK(w.say(again, "/login alice " + secret) == lines{"wrong name or password"});
}

TEST_CASE("wrong ones count as wrong passwords do, and no second factor is asked for") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  const std::string secret = made(w, alice, "bot chat");
  REQUIRE(w.say(alice, "/totp on password").front() == "secret1 of alice");
  const auto step = test::plain_factor::step_at(w.clock.wall_now());
  REQUIRE(w.say(alice, fmt::format("/totp confirm code{}-secret1", step)).size() > 1);
  program(w, secret);
  person& mallory = w.come("mallory");
  for (int i = 0; i < 4; ++i)
    CHECK(w.say(mallory, "/login alice abcd-efgh") == lines{"wrong name or password"});
  CHECK(w.say(mallory, "/login alice " + secret) ==
        lines{"too many wrong passwords; try again in 2 s"});
  w.known("bob");
  CHECK(w.say(w.come("other"), "/login bob " + secret) == lines{"wrong name or password"});
}

TEST_CASE("what a program hears that was said to the account waits for its owner") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  const std::string secret = made(w, alice, "bot read");
  w.leave(alice, true);
  const auto heard_by = [](const person& p) {
    lines texts;
    for (const event& e : p.ear.events)
      if (const auto* d = std::get_if<direct_message>(&e)) texts.push_back(d->text);
    return texts;
  };
  {
    person& bot = program(w, secret);
    bot.ear.events.clear();
    w.say(bob, "/msg alice one");
    CHECK(heard_by(bot) == lines{"one"});
    CHECK(w.say(bot, "/who").size() == 1); // it lives, and has seen nothing
    w.leave(bot, true);
  }
  person& bot = program(w, secret);
  CHECK(heard_by(bot).empty()); // begins with what comes
  bot.ear.events.clear();
  w.say(bob, "/msg alice two");
  w.say(bob, "/msg alice three");
  CHECK(heard_by(bot) == lines{"two", "three"});
  person& laptop = w.come("laptop");
  w.say(laptop, "/login alice password");
  CHECK(heard_by(laptop) == lines{"one", "two", "three"});
  bot.ear.events.clear();
  w.say(laptop, "/who");
  w.say(bob, "/msg alice four");
  CHECK(heard_by(bot) == lines{"four"});
  CHECK(heard_by(laptop).back() == "four");
}

TEST_CASE("whoever has one guesses the password of its owner no faster by it") {
  moderated_world w(with_programs());
  const std::string secret = made(w, w.known("alice"), "bot chat");
  person& mallory = w.come("mallory");
  for (int i = 0; i < 3; ++i) {
    CHECK(w.say(mallory, "/login alice wrong") == lines{"wrong name or password"});
    CHECK(w.say(mallory, "/login alice " + secret).front() == "you are logged in as alice");
    CHECK(w.say(mallory, "/logout").size() == 1);
  }
  CHECK(w.say(mallory, "/login alice wrong") == lines{"wrong name or password"});
  CHECK(w.say(mallory, "/login alice wrong") ==
        lines{"too many wrong passwords; try again in 2 s"});
}

TEST_CASE(
    "the operator's changes end them: a reset for good, a deletion, and disabled lets none in") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  const std::string secret = made(w, alice, "bot chat");
  const auto change = [&](account_change::kind what) {
    account_change c;
    c.what = what;
    c.name = "alice";
    c.password = what == account_change::kind::reset ? "another-horse" : "";
    w.hub.change_account(c, [](const result<void>& done) { CHECK(done.has_value()); });
    w.run();
  };
  change(account_change::kind::disable);
  CHECK(w.say(w.come("one"), "/login alice " + secret) == lines{"wrong name or password"});
  change(account_change::kind::enable);
  program(w, secret);
  change(account_change::kind::reset);
  CHECK(w.say(w.come("two"), "/login alice " + secret) == lines{"wrong name or password"});
  const identity id = w.hub.people().find("alice")->id;
  CHECK(w.hub.people().app_passwords_of(id).empty());
}

TEST_CASE("an account has sixteen, and what is typed wrong is told") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  for (int i = 0; i < 16; ++i)
    made(w, alice, fmt::format("bot{} read", i));
  CHECK(w.say(alice, "/apppassword add more read") ==
        lines{"an account has 16 app passwords at most: /apppassword remove one"});
  CHECK(
      w.say(alice, "/apppassword add bot write").front().starts_with("say /apppassword add NAME"));
  CHECK(w.say(alice, "/apppassword add bot read a/b").front().find("room") != std::string::npos);
  CHECK(
      w.say(alice, "/apppassword remove it").front().starts_with("say /apppassword remove NUMBER"));
  for (const char* const nameless : {"\x01", "\xe2\x80\x8b"})
    CHECK(w.say(alice, fmt::format("/apppassword add {} read", nameless))
              .front()
              .starts_with("say /apppassword add NAME"));
  CHECK(w.say(alice, "/apppassword end 1") == lines{"ACTION is one of: list, add, remove"});
  CHECK(w.say(w.come("guest"), "/apppassword").front().starts_with("this is kept with an account"));
}

TEST_CASE("an export tells by which one a device came") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  program(w, made(w, alice, "bot chat"));
  account_export all(w.hub.people(), alice.self->who());
  lines devices;
  while (!all.done())
    for (const std::string& line : all.next())
      if (line.find(R"("what":"device")") != std::string::npos) devices.push_back(line);
  REQUIRE(devices.size() == 2);
  CHECK(devices.front().find("app_password") == std::string::npos);
  CHECK(devices.back().ends_with(R"(,"app_password":1})"));
}

TEST_CASE("programs that leave devices behind push out none of a person") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  const std::string secret = made(w, alice, "bot chat");
  for (int i = 0; i < 12; ++i)
    w.leave(program(w, secret), true);
  const auto all = w.hub.people().devices_of(alice.self->who());
  CHECK(all.size() == 1 + 8);
  CHECK(all.front()->number == 1);
}

TEST_CASE("the token of a program comes in as held as it was, and as nobody once it is removed") {
  moderated_world w(with_programs());
  person& alice = w.known("alice");
  person& bot = program(w, made(w, alice, "bot read"));
  account_authenticator who(std::make_unique<net::passphrase_authenticator>(std::nullopt),
                            w.hub.people(), w.given);
  w.leave(bot, true);
  const std::string token(64, '0');
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        device d = w.hub.people().new_device(*net::identity_of(token), alice.self->who());
        d.app = 1;
        return std::vector<fact>{fact_of(d)};
      },
      [](const result<void>& done) { CHECK(done.has_value()); });
  w.run();
  const auto admitted = [&] {
    admission a;
    who.admit({.name = "program", .token = token, .keeps_token = true},
              [&](authenticator::answer got) { a = std::get<admission>(got); });
    return a;
  };
  REQUIRE(admitted().app);
  CHECK(admitted().has_account);
  CHECK(scope_of(*admitted().app) == "read");
  CHECK(w.say(alice, "/apppassword remove 1").size() == 1);
  CHECK_FALSE(admitted().has_account);
}

TEST_CASE("a token that a client chose becomes no device, and is told so") {
  moderated_world w(with_programs());
  w.known("alice");
  person& p = w.people.emplace_back();
  login l{w.new_identity(), "chooser", true, true};
  l.token = l.who;
  l.token_chosen = true;
  l.host = test::address(55);
  p.self = w.hub.enter(p.ear, l).value();
  CHECK(w.say(p, "/login alice password") ==
        lines{"you are logged in as alice",
              "only until this connection ends: its token was not drawn by this server; start the "
              "client without it to be logged in for longer"});
  CHECK(w.hub.people().of_device(l.who) == nullptr);
}
