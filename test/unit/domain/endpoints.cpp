// One member over several connections, as many as `limits::member_connections` allows.

#include "support/catch.hpp"
#include "world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using namespace asio_chat::test;

namespace {

limits several(std::size_t connections = 3) {
  limits l = domain_world::without_history();
  l.member_connections = connections;
  return l;
}

const identity ada{0xad, 0xa};

/// One more connection of Ada's, whom the host knows.
person& by_device(domain_world& w, std::optional<identity> token = {}) {
  login l{ada, "ada", true, true};
  l.user = "ada";
  l.token = token;
  person& p = w.people.emplace_back();
  p.self = w.hub.enter(p.ear, l).value();
  return p;
}

person& device_in(domain_world& w, const std::string& room, const start_position& from = {}) {
  person& p = by_device(w);
  w.hub.join(*p.self, room, "", from).value();
  w.settle();
  return p;
}

} // namespace

TEST_CASE("a member over two connections is one member to others") {
  domain_world w(several());
  person& bob = w.in("bob");
  person& phone = device_in(w, "lobby");
  bob.news();
  person& laptop = device_in(w, "lobby");
  CHECK(bob.news() == heard{});
  CHECK(w.hub.member_count() == 2);
  CHECK(w.hub.find_member("ada")->endpoints().size() == 2);
  w.type(bob, "/who");
  w.run();
  CHECK(bob.ear.last<reply>().items == std::vector<std::string>{"ada", "bob"});
  bob.news();

  w.leave(phone);
  w.run();
  CHECK(bob.news() == heard{});
  w.leave(laptop);
  w.run();
  CHECK(bob.news() == heard{"lobby -ada"});
  CHECK(w.hub.member_count() == 1);
  CHECK(w.hub.find_member("ada") == nullptr);
}

TEST_CASE("C11: an entry goes to every connection but the one that it came over") {
  domain_world w(several());
  person& bob = w.in("bob");
  person& phone = device_in(w, "lobby");
  person& laptop = device_in(w, "lobby");
  w.settle();
  w.send(phone, "hello", "m1");
  w.run();
  CHECK(phone.news() == heard{"ack m1 lobby@1"});
  CHECK(laptop.news() == heard{"lobby@1 ada: hello"});
  CHECK(bob.news() == heard{"lobby@1 ada: hello"});
  w.send(bob, "hi", "b1");
  w.run();
  CHECK(phone.news() == heard{"lobby@2 bob: hi"});
  CHECK(laptop.news() == heard{"lobby@2 bob: hi"});
}

TEST_CASE("a message id is the member's, over whichever connection it is repeated") {
  domain_world w(several());
  person& phone = device_in(w, "lobby");
  person& laptop = device_in(w, "lobby");
  w.settle();
  w.send(phone, "hello", "m1");
  w.run();
  w.settle();
  w.send(laptop, "hello", "m1");
  w.run();
  CHECK(laptop.news() == heard{"ack again m1 lobby@1"});
  CHECK(phone.news() == heard{});
}

TEST_CASE("a join over one connection is one over all of them, and so is a leave") {
  domain_world w(several());
  person& phone = device_in(w, "lobby");
  person& laptop = device_in(w, "lobby");
  person& bob = w.in("bob", "den");
  w.settle();
  w.type(phone, "/join den");
  w.run();
  CHECK(bob.news() == heard{"den +ada"});
  CHECK(laptop.news() == heard{"state[] den head 0 topic '' members ada bob", "den +ada"});
  phone.news();
  w.send(bob, "hi", "b1", "den");
  w.run();
  CHECK(phone.news() == heard{"den@1 bob: hi"});
  CHECK(laptop.news() == heard{"den@1 bob: hi"});
  bob.news();

  w.type(laptop, "/leave den");
  w.run();
  CHECK(bob.news() == heard{"den -ada"});
  CHECK(phone.news() == heard{"den -ada"});
  CHECK(w.hub.room_of(*phone.self, "den").has_error());
  CHECK(laptop.news() == heard{"reply[] leave: den"});
}

TEST_CASE("a new name over one connection is the name over all") {
  domain_world w(several());
  person& phone = device_in(w, "lobby");
  person& laptop = device_in(w, "lobby");
  person& bob = w.in("bob");
  w.settle();
  w.type(phone, "/nick countess");
  w.run();
  CHECK(bob.news() == heard{"lobby ada>countess"});
  CHECK(laptop.news() == heard{"lobby ada>countess"});
  CHECK(laptop.self->name() == "countess");
  SECTION("which a connection that comes later has, whatever it asks for") {
    CHECK(by_device(w).self->name() == "countess");
  }
}

TEST_CASE("a private message goes to every connection that reads") {
  domain_world w(several());
  person& phone = device_in(w, "lobby");
  person& laptop = device_in(w, "lobby");
  person& bob = w.in("bob");
  w.settle();
  phone.ear.room_for = 0;
  w.type(bob, "/msg ada psst");
  w.run();
  CHECK(laptop.news() == heard{"bob to ada: psst"});
  CHECK(phone.news() == heard{});
  laptop.ear.room_for = 0;
  bob.news();
  w.type(bob, "/msg ada psst");
  w.run();
  CHECK(bob.news().front().find("does not read at the moment") != std::string::npos);
}

TEST_CASE("each connection stands in the log where it is, and gets what the other one said") {
  domain_world w(several());
  person& phone = device_in(w, "lobby");
  for (int n = 1; n <= 5; ++n)
    w.send(phone, fmt::format("line {}", n), fmt::format("m{}", n));
  w.run();
  // After a night, with the last one that it had.
  person& laptop = by_device(w);
  w.hub.join(*laptop.self, "lobby", "", {position{7, 2}, {}}).value();
  w.run();
  std::vector<std::uint64_t> got;
  for (const entry& e : laptop.ear.all<entry>())
    got.push_back(e.at.offset);
  CHECK(got == std::vector<std::uint64_t>{3, 4, 5});
}

TEST_CASE("a connection that cannot keep up is not told again what came over it") {
  domain_world w(several());
  person& bob = w.in("bob");
  person& phone = device_in(w, "lobby");
  person& laptop = device_in(w, "lobby");
  w.settle();
  phone.ear.room_for = 1;
  w.send(bob, "one", "b1"); // fills it
  w.run();
  w.send(phone, "two", "p1");
  w.send(laptop, "three", "l1");
  w.run();
  w.send(bob, "four", "b2");
  w.run();
  phone.ear.room_for = ~std::size_t{0};
  hub::ready(*phone.self);
  w.run();
  CHECK(phone.news() ==
        heard{"lobby@1 bob: one", "ack p1 lobby@2", "lobby@3 ada: three", "lobby@4 bob: four"});
  w.send(bob, "five", "b3");
  w.run();
  CHECK(phone.news() == heard{"lobby@5 bob: five"});
}

TEST_CASE("a page that comes together with one's own newest entry does not tell that again") {
  domain_world w(several());
  person& bob = w.in("bob");
  person& phone = device_in(w, "lobby");
  w.settle();
  phone.ear.room_for = 1;
  w.send(bob, "one", "b1"); // fills it
  w.run();
  w.send(bob, "two", "b2");
  w.run();
  phone.ear.room_for = ~std::size_t{0};
  hub::ready(*phone.self);
  w.send(phone, "three", "p1"); // stored while the page is read
  w.send(bob, "four", "b3");
  w.run();
  CHECK(phone.news() ==
        heard{"lobby@1 bob: one", "ack p1 lobby@3", "lobby@2 bob: two", "lobby@4 bob: four"});
}

TEST_CASE("one connection too many replaces the oldest, and with a limit of one the only one") {
  const std::size_t most = GENERATE(1u, 2u);
  domain_world w(several(most));
  std::vector<person*> all;
  for (std::size_t n = 0; n < most; ++n)
    all.push_back(&device_in(w, "lobby"));
  person& next = device_in(w, "lobby");
  REQUIRE(all.front()->ear.closed);
  CHECK(all.front()->ear.closed->code == close_code::replaced);
  CHECK(all.front()->self->memberships().empty());
  for (std::size_t n = 1; n < most; ++n)
    CHECK_FALSE(all[n]->ear.closed);
  CHECK(w.hub.find_member("ada")->endpoints().size() == most);
  w.leave(*all.front());
  CHECK(w.hub.find_member("ada") == &next.self->of());
}

TEST_CASE("a device that comes back takes its own place, and the other devices stay") {
  domain_world w(several(2));
  const identity phone_token{1}, laptop_token{2};
  person& laptop = by_device(w, laptop_token);
  w.hub.join(*laptop.self, "lobby", "").value();
  person* phone = &by_device(w, phone_token);
  for (int n = 0; n < 5; ++n) {
    person& again = by_device(w, phone_token);
    REQUIRE(phone->ear.closed);
    CHECK(phone->ear.closed->code == close_code::replaced);
    CHECK(phone->ear.closed->phrase == "you came in over another connection");
    CHECK(phone->self->memberships().empty());
    phone = &again;
  }
  CHECK_FALSE(laptop.ear.closed);
  CHECK(w.hub.find_member("ada")->endpoints().size() == 2);
  SECTION("so does the only one, with the name that it asks for now") {
    w.leave(laptop);
    login l{ada, "countess", true, true};
    l.user = "ada";
    l.token = phone_token;
    recording_sink ear;
    CHECK(w.hub.enter(ear, l).value()->name() == "countess");
    CHECK(phone->ear.closed);
    w.leave(*phone);
    CHECK(w.hub.member_count() == 1);
  }
  SECTION("and a device more than may be there takes that of the oldest") {
    by_device(w, identity{3});
    REQUIRE(laptop.ear.closed);
    CHECK(laptop.ear.closed->phrase == "you came in over as many others as you may");
    CHECK_FALSE(phone->ear.closed);
  }
}

TEST_CASE("a guest has one connection, however many an account may have") {
  domain_world w(several());
  person& first = w.in("bob");
  person& again = w.people.emplace_back();
  again.self = w.hub.enter(again.ear, {first.self->who(), "robert", true, true}).value();
  REQUIRE(first.ear.closed);
  CHECK(first.ear.closed->code == close_code::replaced);
  CHECK(again.self->name() == "robert");
  w.leave(first);
  CHECK(w.hub.member_count() == 1);
}

TEST_CASE("the last connection of a member holds the name") {
  domain_world w(several());
  person& phone = device_in(w, "lobby");
  person& laptop = device_in(w, "lobby");
  w.leave(phone, true); // one that goes for good does not give up what the other one has
  const identity eve{0xee, 0xe};
  recording_sink ear;
  CHECK(w.hub.enter(ear, {eve, "ada", true, true}).has_error());
  w.leave(laptop);
  CHECK(w.hub.enter(ear, {eve, "ada", true, true}).has_error());
  w.clock.advance(w.given.name_hold_time);
  w.hub.leave(*w.hub.enter(ear, {eve, "ada", true, true}).value());
}
