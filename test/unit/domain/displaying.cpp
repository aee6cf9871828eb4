// How accounts are displayed beside their names.

#include "accounts/self_facts.hpp"
#include "support/catch.hpp"
#include "unit/domain/direct_world.hpp"
#include "unit/domain/kept_facts.hpp"

#include "domain/displayed_names.hpp"
#include <asio_chat/account_change.hpp>

#include <algorithm>

using namespace asio_chat;
using test::direct_world;
using test::lines;
using test::person;

namespace {

/// The items of the lists that a client was told since the last call.
lines displayed_to(person& p) {
  lines items;
  for (const reply& r : p.ear.all<reply>())
    if (r.command == "display" && r.ref.empty() && r.lines.empty())
      items.insert(items.end(), r.items.begin(), r.items.end());
  p.ear.events.clear();
  return items;
}

std::string audit_of(direct_world& w) {
  std::string all;
  w.memory.read("audit", {{log_range::side::after, {}, 1'000}, 1u << 20}, [&](const auto& page) {
    for (const journal::record& r : page.value().entries)
      all += r.what.text + "\n";
  });
  w.run();
  return all;
}

} // namespace

TEST_CASE("a displayed name is told to those who are there and to those who come") {
  direct_world w;
  person& bob = w.known("bob");
  person& alice = w.known("alice");
  CHECK(w.say(alice, "/display") ==
        lines{"you have no displayed name; /display NAME gives you one"});
  w.settle();
  displayed_to(bob);
  CHECK(w.say(alice, "/display  Alice   Smith ") ==
        lines{"you are displayed as \"Alice Smith\" beside alice"});
  CHECK(displayed_to(bob) == lines{"alice Alice Smith"});
  CHECK(w.say(alice, "/display") == lines{"you are displayed as \"Alice Smith\" beside your name; "
                                          "/display - takes it away"});
  person& carl = w.people.emplace_back();
  carl.self = w.hub.enter(carl.ear, {w.new_identity(), "carl", true, true}).value();
  w.hub.join(*carl.self, "lobby", "").value();
  w.run();
  CHECK(displayed_to(carl) == lines{"alice Alice Smith"});
  displayed_to(bob);
  w.hub.join(*alice.self, "den", "").value();
  w.hub.join(*bob.self, "den", "").value();
  w.run();
  CHECK(displayed_to(bob) == lines{"alice Alice Smith"});
  w.hub.part(*alice.self, "den").value();
  w.settle();
  displayed_to(bob);
  w.hub.join(*alice.self, "den", "").value();
  w.run();
  CHECK(displayed_to(bob) == lines{"alice Alice Smith"});
  CHECK(w.say(alice, "/display -") == lines{"you have no displayed name any more"});
  CHECK(displayed_to(bob) == lines{"alice", "alice"}); // in each room that both are in
  CHECK(w.say(alice, "/display -") == lines{"you have no displayed name"});
}

TEST_CASE("lists and /whois show a displayed name beside the name, and messages do not") {
  direct_world w;
  person& bob = w.known("bob");
  person& alice = w.known("alice");
  w.known("carl");
  w.say(alice, "/display Alice (at work)");
  CHECK(w.say(bob, "/who") == lines{"online: alice \"Alice (at work)\", bob, carl"});
  const auto listed = *bob.ear.last<reply>().as<answers::members>();
  CHECK(listed.names == lines{"alice", "bob", "carl"});
  CHECK(listed.displayed == lines{"alice Alice (at work)"});
  const lines about = w.say(bob, "/whois alice");
  REQUIRE(about.size() == 2);
  CHECK(about[0].starts_with("alice: an account"));
  CHECK(about[1] == "displayed as \"Alice (at work)\"");
  bob.ear.events.clear();
  w.say(alice, "hello");
  CHECK(bob.ear.last<entry>().from == "alice");
  w.leave(alice, true);
  CHECK(w.say(bob, "/whois alice").back() == "displayed as \"Alice (at work)\"");
}

TEST_CASE("nobody is displayed as somebody else, and guests not at all") {
  direct_world w;
  person& alice = w.known("alice");
  w.known("bob");
  w.leave(w.known("carl"), true);
  person& gast = w.come("gast");
  for (const char* name : {"Bob", "b o b", "CARL", "Gast",
                           "\xD1\x81"
                           "arl"})
    CHECK(w.say(alice, fmt::format("/display {}", name)).front().find("you are displayed") ==
          std::string::npos);
  CHECK(w.say(alice, "/display Carl!") ==
        lines{"\"Carl!\" is the name of somebody else, or looks like it"});
  CHECK(w.say(alice, "/display Admin").front().find("stands for the server") != std::string::npos);
  CHECK(w.say(alice, "/display a\xE2\x80\xAE"
                     "b")
            .front()
            .find("displayed name") != std::string::npos);
  CHECK(w.say(alice, "/display Alice") == lines{"you are displayed as \"Alice\" beside alice"});
  CHECK(w.say(gast, "/display Gast") ==
        lines{"this is kept with an account: /login to yours, or /register makes one"});
  CHECK(w.say(gast, "/display x").front().find("no account") == std::string::npos);
}

TEST_CASE(
    "an account that is called like a displayed name takes that from view while it is there") {
  direct_world w;
  person& bob = w.known("bob");
  person& alice = w.known("alice");
  w.say(alice, "/display Dora");
  w.known("dora");
  CHECK(w.say(bob, "/whois alice").size() == 1);
  CHECK(w.say(bob, "/who") == lines{"online: alice, bob, dora"});
  CHECK(w.say(alice, "/display").front().starts_with("you are not displayed as \"Dora\" any more"));
  w.remove_account("dora");
  CHECK(w.say(bob, "/whois alice").back() == "displayed as \"Dora\"");
}

TEST_CASE("nobody is displayed by what is read as somebody else's name") {
  direct_world w;
  w.known("alice");
  person& mal = w.known("mal");
  for (const char* name : {"aIice", "a1ice", "A1ICE"})
    CHECK(w.say(mal, std::string("/display ") + name).front().find("looks like it") !=
          std::string::npos);
  CHECK(w.say(mal, "/display Ma1") == lines{"you are displayed as \"Ma1\" beside mal"});
}

TEST_CASE("operators of the server take away displayed names, and that is noted") {
  direct_world w;
  person& olga = w.known("olga", role::op);
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  w.say(alice, "/display Rude Words");
  CHECK(w.say(bob, "/display - @alice").front().find("you may not put others out") !=
        std::string::npos);
  CHECK(w.say(olga, "/display - alice") ==
        lines{"say /display - to take yours away, or /display - @NAME"});
  CHECK(w.say(olga, "/display - @nobody") == lines{"there is no account nobody"});
  CHECK(w.say(olga, "/display - @bob") == lines{"bob has no displayed name"});
  displayed_to(bob);
  alice.ear.events.clear();
  CHECK(w.say(olga, "/display - @alice") ==
        lines{"you have taken away the displayed name of alice, which was \"Rude Words\""});
  CHECK(displayed_to(bob) == lines{"alice"});
  CHECK(alice.ear.last<reply>().lines ==
        lines{"olga has taken away the displayed name of alice, which was \"Rude Words\""});
  CHECK(audit_of(w).find(
            "olga has taken away the displayed name of alice, which was \"Rude Words\"") !=
        std::string::npos);
  CHECK(w.say(alice, "/display") ==
        lines{"you have no displayed name; /display NAME gives you one"});
  // Nobody does that to one who stands as high.
  person& otto = w.known("otto", role::op);
  w.say(otto, "/display Otto the Great");
  CHECK(w.say(olga, "/display - @otto").front() != "otto has no displayed name");
  CHECK(w.say(otto, "/display").front().find("Otto the Great") != std::string::npos);
}

TEST_CASE("a displayed name is kept, and goes with its account") {
  test::kept_facts store;
  {
    direct_world w(direct_world::without_history(), {}, &store);
    person& alice = w.known("alice");
    store.fails = true;
    CHECK(w.say(alice, "/display Alice Smith") == lines{"the disk is full"});
    store.fails = false;
    CHECK(w.say(alice, "/display").front().starts_with("you have no displayed name"));
    w.say(alice, "/display Alice Smith");
  }
  direct_world again(direct_world::without_history(), {}, &store);
  person& bob = again.known("bob");
  CHECK(again.say(bob, "/whois alice").back() == "displayed as \"Alice Smith\"");
  again.remove_account("alice");
  CHECK_FALSE(again.hub.people().displays_names());
  const displayed_name one{{1}, "Alice Smith"};
  CHECK(displayed_in(fact_of(one)).account == one.account);
  CHECK(displayed_in(fact_of(one)).name == one.name);
}

TEST_CASE("large rooms are not told of displayed names, as they are not of who comes") {
  limits l = direct_world::without_history();
  l.presence_members = 2;
  direct_world w(l);
  person& bob = w.known("bob");
  person& alice = w.known("alice");
  w.known("carl");
  displayed_to(bob);
  w.say(alice, "/display Alice Smith");
  CHECK(displayed_to(bob).empty());
  CHECK(w.say(bob, "/who") == lines{"online: alice \"Alice Smith\", bob, carl"});
}

TEST_CASE("who may not change the name is displayed as nothing else") {
  direct_world w;
  person& alice = w.device("alice", false, role::member, rights::all().without(right::rename));
  CHECK(w.say(alice, "/display Alice").front().find("you may not change your name") !=
        std::string::npos);
  CHECK(w.say(alice, "/display").front().starts_with("you have no displayed name"));
}

TEST_CASE("those who come are told a list that is made once, and what has changed since") {
  direct_world w;
  people& known = w.hub.people();
  person& alice = w.known("alice");
  w.say(alice, "/display Alice Smith");
  displayed_list list;
  std::vector<person*> others;
  displayed_list::members here{{"alice", &alice.self->of()}};
  for (int n = 0; n < 40; ++n) {
    others.push_back(&w.come(fmt::format("gast{:02}", n)));
    here.emplace(fmt::format("gast{:02}", n), &others.back()->self->of());
  }
  person& bob = w.come("bob");
  displayed_to(bob);
  for (int n = 0; n < 100; ++n)
    list.tell(*bob.self, known, here);
  CHECK(displayed_to(bob) == lines(100, "alice Alice Smith"));
  CHECK(list.looked() == 41);
  list.changed("gast01", false);
  list.changed("alice", false); // is in it
  here.erase("alice");
  list.tell(*bob.self, known, here);
  CHECK(displayed_to(bob) == lines{"alice Alice Smith", "alice"});
  CHECK(list.looked() == 41);
  for (int n = 0; n < 40; ++n) // by then it is made anew
    list.changed(fmt::format("gast{:02}", n), true);
  list.tell(*bob.self, known, here);
  CHECK(displayed_to(bob).empty());
  CHECK(list.looked() == 81);
}

TEST_CASE("who comes is told of all who came, went or were displayed otherwise before") {
  direct_world w;
  person& alice = w.known("alice");
  person& carl = w.known("carl");
  w.say(alice, "/display Alice Smith");
  w.say(w.known("zoe"), "/display Zoe Z");
  const auto told_to = [&](const std::string& name) {
    person& p = w.come(name, "");
    displayed_to(p);
    w.hub.join(*p.self, "lobby", "").value();
    w.run();
    return displayed_to(p);
  };
  CHECK(told_to("one") == lines{"alice Alice Smith", "zoe Zoe Z"});
  w.say(carl, "/display Carl Jones");
  CHECK(told_to("two") == lines{"alice Alice Smith", "carl Carl Jones", "zoe Zoe Z"});
  w.say(alice, "/nick angel");
  CHECK(std::ranges::count(told_to("three"), "carl Carl Jones") == 1);
  CHECK(std::ranges::count(told_to("four"), "angel Alice Smith") == 1);
  w.say(carl, "/display -");
  CHECK(std::ranges::count(told_to("five"), "carl") == 1);
  w.hub.change_account({account_change::kind::remove, "alice"}, [](const auto&) {});
  w.run();
  w.leave(alice, true);
  w.come("angel"); // somebody else, who is not displayed so
  CHECK(std::ranges::count(told_to("six"), "carl") == 1);
  CHECK(std::ranges::count(told_to("seven"), "angel") == 1);
}

TEST_CASE("a member of very many rooms is told there a few at a time") {
  limits l = direct_world::without_history();
  l.rooms_per_member = 300;
  direct_world w(l);
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  for (int n = 0; n < 200; ++n) {
    w.clock.advance(std::chrono::seconds(2));
    w.hub.join(*alice.self, fmt::format("room{:03}", n), "").value();
    w.hub.join(*bob.self, fmt::format("room{:03}", n), "").value();
    w.settle();
  }
  displayed_to(bob);
  w.type(alice, "/display Alice Smith", {}, "r");
  std::size_t most = 0;
  lines all;
  while (!w.tasks.empty()) {
    w.tasks.run_one();
    const lines now = displayed_to(bob);
    most = std::max(most, now.size());
    all.insert(all.end(), now.begin(), now.end());
  }
  CHECK(all == lines(201, "alice Alice Smith"));
  CHECK(most <= 32);
}

TEST_CASE("an account that is made under a displayed name takes it from the lists of those here") {
  direct_world w;
  person& bob = w.known("bob");
  person& alice = w.known("alice");
  w.say(alice, "/display Dora");
  person& gast = w.come("gast");
  displayed_to(bob);
  w.hub.change_account({account_change::kind::add, "dora", "correct-horse"}, [](const auto&) {});
  w.run();
  CHECK(displayed_to(bob) == lines{"alice"});
  CHECK_FALSE(displayed_to(gast).empty());
  w.hub.change_account({account_change::kind::remove, "dora"}, [](const auto&) {});
  w.run();
  CHECK(displayed_to(bob) == lines{"alice Dora"});
}
