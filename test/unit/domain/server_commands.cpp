// Who is on the server, and what everybody there is told.

#include "support/catch.hpp"
#include "unit/domain/moderated_world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;

TEST_CASE("who is online is listed by name, whatever room they are in") {
  moderated_world w;
  person& bob = w.come("Bob");
  CHECK(w.say(bob, "/online") == lines{"online: Bob"}); // without accounts nobody is marked
  w.known("zoe");
  w.known("Olga", role::op);
  person& den = w.known("carl", role::member, "den");
  CHECK(w.say(den, "/mode private on", "den").size() == 1);
  w.come("idle", ""); // in no room
  CHECK(w.say(bob, "/online") == lines{"online: Bob (guest), carl, idle (guest), Olga, zoe"});
  CHECK(bob.ear.last<reply>().items == lines{"Bob", "carl", "idle", "Olga", "zoe"});
  // Nothing tells who is in the private room.
  CHECK(w.say(bob, "/online carl").front().find("den") == std::string::npos);
  CHECK(w.say(bob, "/online OLGA") == lines{"online: Olga, zoe"});
  CHECK(w.say(bob, "/online p") == lines{"online: zoe"});
  CHECK(w.say(bob, "/online zz") ==
        lines{"nobody here has that name or a later one; /online lists all"});
}

TEST_CASE("who is online follows renames, leaves, displayed names and those who come back") {
  moderated_world w;
  person& alice = w.known("alice");
  person& bob = w.come("bob");
  w.say(alice, "/display Alice Smith");
  w.say(bob, "/nick zed");
  CHECK(w.say(bob, "/online") == lines{"online: alice \"Alice Smith\", zed (guest)"});
  w.say(bob, "/away tea");
  CHECK(w.say(alice, "/online b") == lines{"online: zed (guest) (away)"});
  CHECK(w.say(alice, "/who").front().find("zed (guest) (away)") != std::string::npos);
  CHECK(w.say(bob, "/away").size() == 1);
  CHECK(w.say(alice, "/online b") == lines{"online: zed (guest)"});
  w.say(bob, "/nick ZED");
  CHECK(w.say(bob, "/online") == lines{"online: alice \"Alice Smith\", ZED (guest)"});
  w.leave(alice);
  CHECK(w.say(bob, "/online") == lines{"online: ZED (guest)"});
  w.leave(bob);
  person& carl = w.come("zed2");
  CHECK(w.say(carl, "/online") == lines{"online: zed2 (guest)"});
}

TEST_CASE("very many who are online are told in pages") {
  moderated_world w;
  person& bob = w.come("a");
  for (int n = 0; n < 450; ++n)
    w.enter(fmt::format("m{:03}", n));
  std::size_t listed = 0;
  std::size_t pages = 0;
  std::string line = "/online";
  while (!line.empty()) {
    const lines page = w.say(bob, line);
    const auto names = bob.ear.last<reply>().items;
    CHECK(names.size() <= 200);
    listed += names.size();
    ++pages;
    line.clear();
    if (page.size() < 2) continue;
    REQUIRE(page[1].starts_with("there are more; /online m"));
    line = page[1].substr(16, 12);
  }
  CHECK(listed == 451);
  CHECK(pages == 3);
}

TEST_CASE("long names make shorter pages, which fit a frame") {
  limits l = moderated_world::without_history();
  l.name_characters = 60;
  moderated_world w(l);
  person& bob = w.come("a");
  std::string tail;
  for (int n = 0; n < 55; ++n)
    tail += "ж";
  for (int n = 0; n < 300; ++n)
    w.enter(fmt::format("ж{:03}{}", n, tail));
  const lines page = w.say(bob, "/online");
  const auto names = bob.ear.last<reply>().items;
  CHECK(names.size() > 100);
  CHECK(names.size() < 200);
  std::size_t bytes = 0;
  for (const std::string& part : page)
    bytes += part.size();
  for (const std::string& name : names)
    bytes += name.size();
  CHECK(bytes < 45'000);
}

TEST_CASE("strangers neither see who is online nor are seen, and are told nothing") {
  moderated_world w(moderated_world::without_history(), {}, nullptr, true, false);
  person& boss = w.known("boss", role::owner, {});
  person& bob = w.come("bob", {});
  CHECK(w.say(bob, "/online").front().starts_with("this server is for those who have an account"));
  CHECK(w.say(boss, "/online") == lines{"online: boss"});
  w.settle();
  w.type(boss, "/announce hello", {}, "r");
  w.run();
  CHECK(boss.ear.last<reply>().lines == lines{"everybody who is here is told"});
  CHECK(boss.ear.last<direct_message>().text == "hello");
  CHECK(bob.news().empty());
}

TEST_CASE("many strangers before a name do not make a list long work") {
  moderated_world w(moderated_world::without_history(), {}, nullptr, true, false);
  person& boss = w.known("boss", role::owner, {});
  w.known("zoe", role::member, {});
  for (int n = 0; n < 600; ++n)
    w.enter(fmt::format("m{:03}", n));
  const lines first = w.say(boss, "/online");
  REQUIRE(first.size() == 2);
  CHECK(first[0] == "online: boss");
  CHECK(w.say(boss, first[1].substr(16, 12)) == lines{"online: zoe"});
}

TEST_CASE("operators of the server tell everybody something, on every connection, and no others") {
  limits l = moderated_world::without_history();
  l.member_connections = 2;
  moderated_world w(l);
  person& olga = w.known("olga", role::op);
  person& owner = w.known("den-owner", role::member, "den");
  person& bob = w.come("bob", "den");
  person& plain = w.in("plain", "lobby", false); // of a protocol with one room
  w.settle();
  CHECK(w.say(owner, "/announce mine") == lines{"you may not tell everybody something here"});
  CHECK(w.say(bob, "/announce mine") == lines{"you may not tell everybody something here"});
  CHECK(w.say(olga, "/announce").front().starts_with("TEXT is missing"));
  CHECK(w.say(olga, "/announce " + std::string(l.text_bytes + 1, 'x'))
            .front()
            .starts_with("the text has 8193 bytes"));
  w.settle();
  w.type(olga, "/announce restart at \x1b[31mten", {}, "r");
  w.run();
  CHECK(bob.news() == heard{"-server- to bob: restart at \uFFFD[31mten"});
  CHECK(owner.news() == heard{"-server- to den-owner: restart at \uFFFD[31mten"});
  CHECK(plain.news() == heard{"-server- to plain: restart at \uFFFD[31mten"});
  CHECK(olga.ear.last<direct_message>().text == "restart at \uFFFD[31mten");
  CHECK(olga.ear.last<reply>().lines == lines{"everybody who is here is told"});
  w.say(olga, "/join audit");
  const lines noted = w.say(olga, "/history 5", "audit");
  REQUIRE_FALSE(noted.empty());
  CHECK(noted.back().ends_with("-server-: olga has told everybody: restart at \uFFFD[31mten"));
  // It is no entry of a room.
  CHECK(w.say(olga, "/history 5", "lobby").size() <= 1);
}

TEST_CASE("a crowd is told in slices") {
  moderated_world w;
  person& olga = w.known("olga", role::op);
  std::vector<person*> crowd;
  for (int n = 0; n < 300; ++n)
    crowd.push_back(&w.enter(fmt::format("m{}", n)));
  w.settle();
  w.type(olga, "/announce hello", {}, "r");
  const auto told = [&] {
    return std::ranges::count_if(crowd, [](person* p) { return !p->ear.events.empty(); });
  };
  CHECK(told() > 0);
  CHECK(told() <= 128);
  w.run();
  CHECK(told() == 300);
}
