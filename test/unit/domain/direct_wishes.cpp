// Who may write to whom alone, and what those who are away are told of.

#include "support/catch.hpp"
#include "unit/domain/direct_world.hpp"
#include "unit/domain/kept_facts.hpp"

#include <asio_chat/account_change.hpp>

using namespace asio_chat;
using test::direct_world;
using test::heard;
using test::lines;
using test::person;

namespace {

const heard not_taken{"refused[r] not_allowed: bob does not take messages from you"};

} // namespace

TEST_CASE("who is blocked is told that their messages are not taken, and nothing more") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  w.ask(alice, "/join @bob");
  w.send(alice, "hello", "m1", "@bob");
  w.run();
  CHECK(w.say(bob, "/block") == lines{"you have blocked nobody"});
  CHECK(w.say(bob, "/block ALICE") ==
        lines{"you take no messages from alice any more; /unblock alice ends it"});
  CHECK(w.say(bob, "/block") == lines{"you have blocked alice"});
  w.send(alice, "are you there?", "m2", "@bob");
  w.run();
  CHECK(alice.news().back() == "refused[m2] not_allowed: bob does not take messages from you");
  CHECK(w.ask(alice, "/msg bob hello?") == not_taken);
  // Nor what would say it in another way.
  CHECK(w.ask(alice, "/me waves", "@bob") == not_taken);
  CHECK(w.ask(alice, "/edit @1 hello again", "@bob") == not_taken);
  CHECK(w.ask(alice, "/reply @1 hello", "@bob") == not_taken);
  CHECK(w.ask(alice, "/react @1 !", "@bob") == not_taken);
  // What was said is hers still.
  CHECK(w.say(alice, "/delete @1", "@bob") == lines{"destroyed: hello"});
  // He says nothing to her either: she could not answer.
  CHECK(w.ask(bob, "/msg alice and now this") ==
        heard{"refused[r] not_allowed: you have blocked alice; /unblock alice ends it"});
  CHECK(w.say(bob, "/unblock alice") == lines{"you take messages from alice again"});
  CHECK(w.ask(alice, "/msg bob hello").back() == "ack r @bob@3");
}

TEST_CASE("two who have blocked each other say nothing to each other") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  w.say(alice, "/block bob");
  w.say(bob, "/block alice");
  w.say(alice, "/unblock bob");
  CHECK(w.ask(alice, "/msg bob hello") == not_taken);
  CHECK(w.ask(bob, "/msg alice hello").front().starts_with("refused[r] not_allowed: you have"));
}

TEST_CASE("a guest who is here can be blocked, and blocks nobody") {
  direct_world w;
  person& bob = w.device("bob");
  person& gast = w.come("gast");
  CHECK(w.say(bob, "/block gast").front().starts_with("you take no messages from gast"));
  CHECK(w.ask(gast, "/msg bob hello") == not_taken);
  for (const char* line : {"/block bob", "/unblock bob", "/requests off"}) {
    INFO(line);
    CHECK(w.say(gast, line) ==
          lines{"this is kept with an account: /login to yours, or /register makes one"});
  }
  CHECK(w.say(bob, "/block nobody") == lines{"nobody here is called nobody, and no account"});
  CHECK(w.say(bob, "/block bob") == lines{"that is you"});
  CHECK(w.say(bob, "/unblock carl") ==
        lines{"you have not blocked carl; /block lists whom you have"});
  CHECK(w.say(bob, "/unblock") == lines{"NAME is missing; usage: /unblock NAME"});
}

TEST_CASE("without requests only those may write to whom one has said something") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  person& carl = w.device("carl");
  person& gast = w.come("gast");
  CHECK(w.say(bob, "/requests") == lines{"whoever has an account or is here may write to you"});
  w.ask(bob, "/msg carl hello");
  w.ask(alice, "/msg bob not answered");
  CHECK(w.say(bob, "/requests off") ==
        lines{"only those to whom you have said something may write to you"});
  CHECK(w.ask(alice, "/msg bob hello") == not_taken);
  CHECK(w.ask(gast, "/msg bob hello") == not_taken);
  CHECK(w.ask(carl, "/msg bob hi").back() == "ack r @bob@2");
  w.ask(bob, "/msg alice what is it?");
  CHECK(w.ask(alice, "/msg bob hello").back() == "ack r @bob@3");
  CHECK(w.say(bob, "/requests maybe") == lines{"SWITCH is on or off"});
  CHECK(w.say(bob, "/requests on") == lines{"whoever has an account or is here may write to you"});
  CHECK(w.ask(gast, "/msg bob hello") == heard{"reply[r] msg: "});
}

TEST_CASE("a block holds for the account, whatever name it bears, and not for the next one") {
  direct_world w;
  person& bob = w.device("bob");
  person& eve = w.device("eve");
  w.say(bob, "/block eve");
  w.ask(eve, "/nick angel");
  CHECK(w.ask(eve, "/msg bob hello") == not_taken);
  w.leave(eve, true);
  w.remove_account("eve");
  person& other = w.device("eve");
  CHECK(w.ask(other, "/msg bob hello") == heard{"reply[r] msg: "});
}

TEST_CASE("what one is not in cannot be read to somewhere") {
  direct_world w;
  person& alice = w.come("alice");
  CHECK(w.ask(alice, "/read", "@bob").front().starts_with("refused[r] not_in_room"));
  CHECK(w.ask(alice, "/read 0", "lobby").front().starts_with("refused[r] bad_arguments"));
}

TEST_CASE("who writes to one who is away is told so, once") {
  direct_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  person& gast = w.come("gast");
  CHECK(w.say(bob, "/away") == lines{"you were not away; /away TEXT says that you are"});
  CHECK(w.say(bob, "/away at lunch") == lines{"you are away: at lunch; /away ends it"});
  CHECK(w.say(gast, "/whois bob").back() == "away: at lunch");
  w.ask(alice, "/msg bob hello");
  CHECK(alice.ear.events.empty());
  const auto told = [&](person& by) {
    w.type(by, "/msg bob hello", {}, "r");
    w.run();
    std::size_t times = 0;
    for (const reply& r : by.ear.all<reply>())
      if (r.lines == lines{"bob is away: at lunch"}) ++times;
    by.ear.events.clear();
    return times;
  };
  CHECK(told(gast) == 1);
  CHECK(told(gast) == 0);
  CHECK(told(alice) == 0); // she was told with the first one
  w.say(bob, "/away in bed");
  CHECK(w.say(alice, "/whois bob").back() == "away: in bed");
  CHECK(w.say(bob, "/away") == lines{"you are back"});
  CHECK(w.say(alice, "/whois bob").size() == 1);
  CHECK(told(gast) == 0);
  w.clock.advance(std::chrono::seconds(4)); // what it costs is there again
  CHECK(w.say(bob, "/away " + std::string(201, 'x')) ==
        lines{"why you are away has at most 200 bytes"});
  CHECK(w.say(bob, "/away a\x1b[2Jb").front().find('\x1b') == std::string::npos);
}

TEST_CASE("who is away is told to those who are there and to those who come") {
  direct_world w;
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  const auto heard_of = [&](person& p) {
    lines items;
    for (const reply& r : p.ear.all<reply>())
      if (r.command == "away" && r.ref.empty() && r.lines.empty())
        items.insert(items.end(), r.items.begin(), r.items.end());
    p.ear.events.clear();
    return items;
  };
  w.say(bob, "/away");
  CHECK(heard_of(alice).empty());
  w.say(bob, "/away at lunch");
  CHECK(heard_of(alice) == lines{"bob away"});
  w.say(bob, "/away in bed"); // he was
  CHECK(heard_of(alice).empty());
  person& carl = w.come("carl");
  w.hub.join(*carl.self, "den", "").value();
  w.settle();
  heard_of(carl);
  w.hub.join(*bob.self, "den", "").value();
  w.run();
  CHECK(heard_of(carl) == lines{"bob away"});
  w.hub.join(*alice.self, "den", "").value();
  w.run();
  CHECK(heard_of(alice) == lines{"bob away"});
  w.say(bob, "/away");
  CHECK(heard_of(alice) == lines{"bob", "bob"}); // in each room that both are in
  // His second device is told behind its own `joined`, which says nothing of it.
  w.say(bob, "/away at lunch");
  person& phone = w.people.emplace_back();
  login again{bob.self->who(), "bob", true, true};
  again.has_account = true;
  again.token = w.new_identity();
  phone.self = w.hub.enter(phone.ear, again).value();
  w.hub.join(*phone.self, "lobby", "").value();
  w.run();
  REQUIRE_FALSE(phone.ear.events.empty());
  CHECK(std::holds_alternative<reply>(phone.ear.events.back()));
  CHECK(heard_of(phone).size() >= 1);
  w.say(bob, "/away");
  heard_of(alice);
  // One of the text protocol, who has no token.
  person& tom = w.people.emplace_back();
  tom.self = w.hub.enter(tom.ear, {w.new_identity(), "tom", false, false}).value();
  w.hub.join(*tom.self, "lobby", "").value();
  w.settle();
  w.say(tom, "/away at lunch");
  CHECK(heard_of(alice) == lines{"tom away"});
}

TEST_CASE("when somebody was here last is told of accounts") {
  direct_world w;
  person& alice = w.known("alice");
  person& bob = w.come("bob");
  CHECK(w.say(bob, "/seen ALICE") == lines{"alice is here, since 2019-12-20 00:00 UTC"});
  w.leave(alice, true);
  w.clock.advance(std::chrono::hours(5));
  CHECK(w.say(bob, "/seen alice") ==
        lines{"alice was here last at 2019-12-20 00:00 UTC, to an hour"});
  CHECK(w.say(bob, "/seen nobody") == lines{"nobody here is called nobody, and no account"});
  CHECK(w.say(bob, "/seen") == lines{"NAME is missing; usage: /seen NAME"});
}

TEST_CASE("who is blocked is so as a guest with a device of the account, also later") {
  test::kept_facts disk;
  login again;
  {
    direct_world w(direct_world::without_history(), {}, &disk);
    person& bob = w.device("bob");
    person& eve = w.known("eve");
    person& other = w.come("other");
    w.say(bob, "/block eve");
    CHECK(w.say(eve, "/logout").front().starts_with("you are a guest, known as "));
    CHECK(w.ask(eve, "/msg bob it is me") == not_taken);
    w.say(eve, "/nick angel");
    CHECK(w.ask(eve, "/msg bob it is me") == not_taken);
    CHECK(w.ask(other, "/msg bob hello").back().starts_with("reply[r] msg"));
    CHECK(w.say(bob, "/unblock eve") == lines{"you take messages from eve again"});
    CHECK(w.ask(eve, "/msg bob hello").back().starts_with("reply[r] msg"));
    w.say(bob, "/block eve");
    again = {eve.self->who(), "angel", true, true};
    again.token = eve.self->token();
  }
  test::kept_facts after(disk.facts); // the server was started anew
  direct_world w(direct_world::without_history(), {}, &after);
  w.device("bob");
  person& eve = w.people.emplace_back();
  eve.self = w.hub.enter(eve.ear, again).value();
  CHECK(w.ask(eve, "/msg bob it is me") == not_taken);
}

TEST_CASE("devices that were logged out by an operator, or from afar, stay blocked") {
  for (const bool by_operator : {true, false}) {
    INFO(by_operator);
    direct_world w;
    person& bob = w.device("bob");
    person& eve = w.known("eve");
    w.say(bob, "/block eve");
    login again{*eve.self->token(), "angel", true, true};
    again.token = again.who;
    if (by_operator) {
      w.hub.change_account({account_change::kind::reset, "eve", "correct-horse"},
                           [](const result<void>& r) { CHECK(r.has_value()); });
      w.run();
    } else {
      person& phone = w.device("eve");
      w.say(phone, "/devices 1");
    }
    w.leave(eve, true);
    person& guest = w.people.emplace_back();
    guest.self = w.hub.enter(guest.ear, again).value();
    w.hub.join(*guest.self, "lobby", "").value();
    w.settle();
    CHECK(w.ask(guest, "/msg bob it is me") == not_taken);
  }
}
