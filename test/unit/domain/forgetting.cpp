// An account is deleted by its owner, and what it has said is destroyed.

#include "support/catch.hpp"
#include "unit/domain/direct_world.hpp"
#include "unit/domain/kept_facts.hpp"

#include <memory>
#include <utility>

using namespace asio_chat;
using test::direct_world;
using test::heard;
using test::lines;
using test::person;

namespace {

/// What stands in a log, tombstones as `-`.
lines texts_in(direct_world& w, const std::string& room) {
  lines texts;
  w.memory.read(room, {{log_range::side::after, {}, 1'000}, 1u << 20}, [&](const auto& page) {
    for (const journal::record& r : page.value().entries)
      texts.push_back(r.what.kind == entry_kind::destroyed ? "-" : r.what.text);
  });
  w.run();
  return texts;
}

void enter_room(direct_world& w, person& p, const std::string& room) {
  w.hub.join(*p.self, room, "").value();
  w.settle();
}

std::string notes(direct_world& w) {
  return fmt::format("{}", fmt::join(texts_in(w, "audit"), "\n"));
}

} // namespace

TEST_CASE("an account is told what will go, and nothing goes by that") {
  direct_world w;
  person& alice = w.known("alice");
  w.say(alice, "hello");
  const lines told = w.say(alice, "/forget me");
  REQUIRE(told.size() == 3);
  CHECK(told[0].find("deletes the account alice") != std::string::npos);
  CHECK(told[2] == "to do it, for good: /forget me PASSWORD");
  CHECK(w.hub.people().find("alice") != nullptr);
  CHECK(texts_in(w, "lobby") == lines{"hello"});
}

TEST_CASE("who is forgotten leaves tombstones everywhere, and others keep what they said") {
  limits several = direct_world::without_history();
  several.member_connections = 2;
  direct_world w(several);
  person& bob = w.device("bob");
  person& alice = w.known("alice");
  person& phone = w.device("alice");
  enter_room(w, bob, "lobby");
  enter_room(w, bob, "den");
  enter_room(w, alice, "den");
  w.say(bob, "one of bob", "lobby");
  w.say(alice, "one of alice", "lobby");
  w.say(alice, "/me waves", "den");
  w.say(alice, "/topic about tea", "den");
  w.say(alice, "/edit @2 one of alice, mended", "lobby");
  w.say(bob, "/reply @2 an answer", "lobby");
  w.say(alice, "/msg bob to you alone");
  w.say(bob, "/msg alice to you as well");
  const identity who = alice.self->who();
  w.settle();
  w.type(alice, "/forget me password", {}, "r");
  w.run();
  CHECK(alice.ear.last<reply>().lines ==
        lines{"the account alice is deleted, and what it has said is being destroyed"});
  CHECK(alice.ear.closed->phrase == "your account is deleted");
  CHECK(phone.ear.closed->phrase == "your account is deleted");
  CHECK(w.hub.people().find("alice") == nullptr);
  CHECK(w.hub.people().find(who) == nullptr);
  CHECK(w.hub.people().devices_of(who).empty());
  CHECK(w.hub.people().farewells().empty()); // it is done
  CHECK_FALSE(w.hub.forgetter().works());
  CHECK(texts_in(w, "lobby") == lines{"one of bob", "-", "-", "an answer"});
  CHECK(texts_in(w, "den") == lines{"-", "about tea"}); // a topic is the room's
  CHECK(texts_in(w, direct_log_name(who, bob.self->who())) == lines{"-", "to you as well"});
  CHECK(notes(w).find("alice has deleted their account, and what it has said") !=
        std::string::npos);
  CHECK(notes(w).find("what alice had said is destroyed: 3 texts") != std::string::npos);
  CHECK(w.ask(bob, "/msg alice are you there?").front().starts_with("refused[r]"));
}

TEST_CASE("what was said as a guest, before the account was made with the same device, goes too") {
  direct_world w;
  person& alice = w.come("alice");
  w.say(alice, "as a guest");
  w.say(alice, "/register password");
  w.say(alice, "as a member");
  w.say(alice, "/forget me password");
  CHECK(texts_in(w, "lobby") == lines{"-", "-"});
}

TEST_CASE("what is said with the same device afterwards, as a guest, stays") {
  direct_world w;
  person& alice = w.come("alice");
  w.say(alice, "/register password");
  w.say(alice, "as a member");
  const auto token = alice.self->token();
  w.say(alice, "/forget me password");
  w.run();
  REQUIRE(w.hub.people().farewells().empty());
  w.clock.advance(std::chrono::seconds(1));
  entry later;
  later.room = "lobby";
  later.time = w.clock.wall_now();
  later.from = "gast";
  later.text = "later";
  w.log.append(std::move(later), token.value(), [](const auto&) {});
  w.run();
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        return std::vector<fact>{fact_of(farewell{identity{99},
                                                  "alice",
                                                  {identity{99}, *token},
                                                  w.clock.wall_now() - std::chrono::seconds(1)})};
      },
      [](const auto&) {});
  w.run();
  w.hub.forgetter().begin();
  w.run();
  CHECK(texts_in(w, "lobby") == lines{"-", "later"});
}

TEST_CASE("a wrong password changes nothing, and counts as a guess") {
  direct_world w;
  person& alice = w.known("alice");
  w.say(alice, "hello");
  CHECK(w.say(alice, "/forget me passworx") == lines{"wrong password"});
  CHECK(w.wrong.size() == 1);
  CHECK(w.hub.people().find("alice") != nullptr);
  CHECK_FALSE(alice.ear.closed);
  CHECK(texts_in(w, "lobby") == lines{"hello"});
}

TEST_CASE("an account with a second factor is forgotten with its code alone") {
  direct_world w;
  person& alice = w.known("alice");
  w.say(alice, "/totp on password");
  const auto code = [&] {
    return fmt::format("code{}-secret1", test::plain_factor::step_at(w.clock.wall_now()));
  };
  w.say(alice, "/totp confirm " + code());
  CHECK(w.say(alice, "/forget me").back() == "to do it, for good: /forget me PASSWORD CODE");
  CHECK(w.say(alice, "/forget me password").front().find("has a second factor") !=
        std::string::npos);
  CHECK(w.say(alice, "/forget me password code1").front().starts_with("wrong code"));
  CHECK(w.hub.people().find("alice") != nullptr);
  w.clock.advance(std::chrono::minutes(1));
  w.say(alice, "/forget me password " + code());
  CHECK(w.hub.people().find("alice") == nullptr);
}

TEST_CASE("an account without a password is confirmed by its name, over its certificate alone") {
  limits several = direct_world::without_history();
  several.member_connections = 2;
  direct_world w(several);
  person& stolen = w.device("alice");
  key_hash key{};
  key.fill(7);
  account plain = *w.hub.people().find("alice");
  plain.password_hash.clear();
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        return std::vector<fact>{
            fact_of(plain),
            fact_of(w.hub.people().new_certificate(key, plain.id, "", true).value())};
      },
      [](const auto&) {});
  w.run();
  person& alice = w.people.emplace_back();
  login by_certificate{plain.id, plain.name, true, true};
  by_certificate.has_account = true;
  by_certificate.certificate =
      std::make_shared<const certificate_login>(certificate_login{key, {}, true});
  alice.self = w.hub.enter(alice.ear, by_certificate).value();
  w.settle();
  CHECK(w.say(alice, "/forget me").back() == "to do it, for good: /forget me alice");
  CHECK(w.say(alice, "/forget me yes") ==
        lines{"your account has no password: say /forget me alice, if you mean it"});
  CHECK(w.say(stolen, "/forget me alice") ==
        lines{"your account has no password: come in with a certificate of it, and say it again"});
  CHECK(w.hub.people().find("alice") != nullptr);
  w.say(alice, "/forget me ALICE");
  CHECK(w.hub.people().find("alice") == nullptr);
}

TEST_CASE("nobody has others forgotten, and a guest has nothing to be forgotten") {
  direct_world w;
  person& gast = w.come("gast");
  person& alice = w.known("alice");
  CHECK(w.say(gast, "/forget me") == lines{"you are not logged in to an account"});
  CHECK(w.say(alice, "/forget gast") ==
        lines{"say /forget me: you can have nobody else forgotten"});
  CHECK(w.say(alice, "/forget") == lines{"WHOM is missing; usage: /forget WHOM [PASSWORD] [CODE]"});
  w.log.can_destroy = false;
  CHECK(w.say(alice, "/forget me password").front().find("cannot destroy what you have said") !=
        std::string::npos);
  CHECK(w.hub.people().find("alice") != nullptr);
}

TEST_CASE("nothing is deleted if it cannot be kept") {
  test::kept_facts disk;
  direct_world w(direct_world::without_history(), {}, &disk);
  person& alice = w.known("alice");
  w.say(alice, "hello");
  disk.fails = true;
  w.say(alice, "/forget me password");
  CHECK(w.hub.people().find("alice") != nullptr);
  CHECK_FALSE(alice.ear.closed);
  CHECK(texts_in(w, "lobby") == lines{"hello"});
}

TEST_CASE("the receipt is signed, and says of which history") {
  test::kept_facts disk;
  direct_world w(direct_world::without_history(), {}, &disk);
  w.log.head_line = "the head";
  person& alice = w.known("alice");
  const lines told = w.say(alice, "/forget me password");
  REQUIRE(told.size() == 3);
  CHECK(told[2].starts_with(R"(signed {"asio-chat":"forgotten","account":")"));
  CHECK(told[2].ends_with(R"(,"head":"the head"})"));
  CHECK(alice.ear.last<reply>().items == lines{told[2]}); // for a program
}

TEST_CASE("more texts than go at once, on many pages and in many rooms, all go") {
  direct_world w;
  person& alice = w.known("alice");
  person& bob = w.come("bob");
  for (int room = 0; room < 60; ++room) {
    enter_room(w, alice, fmt::format("room{}", room));
    w.send(alice, "hello", "", fmt::format("room{}", room));
  }
  for (int i = 0; i < 400; ++i) {
    w.send(alice, "again", "", "lobby");
    if (i % 3 == 0) w.send(bob, "mine", "", "lobby");
  }
  w.run();
  w.say(alice, "/forget me password");
  lines left = texts_in(w, "lobby");
  CHECK(left.size() == 534);
  CHECK(std::ranges::count(left, "mine") == 134);
  CHECK(std::ranges::count(left, "-") == 400);
  for (int room = 0; room < 60; ++room)
    CHECK(texts_in(w, fmt::format("room{}", room)) == lines{"-"});
}

TEST_CASE("what a room says of an account goes with it, but not its only owner") {
  direct_world w;
  person& olga = w.known("olga", role::owner);
  person& alice = w.known("alice");
  enter_room(w, alice, "den");
  enter_room(w, olga, "den");
  w.say(alice, "keep this", "den"); // hers: she has opened it
  w.say(alice, "this is mine", "lobby");
  w.say(olga, "of olga", "lobby");
  w.say(olga, "/role alice operator", "lobby");
  w.say(olga, "/pin @1", "lobby");
  w.say(olga, "/pin @2", "lobby");
  REQUIRE(w.hub.people().room("lobby")->pins.size() == 2);
  w.say(alice, "/forget me password");
  REQUIRE(w.hub.people().room("lobby")->pins.size() == 1);
  CHECK(w.hub.people().room("lobby")->pins.front().from == "olga");
  CHECK(w.hub.people().room("lobby")->roles.empty());
  CHECK(w.hub.people().room("den")->has_owner()); // nobody's room would be everybody's
}

TEST_CASE("rooms in which nothing was said forget an account as well, very many of them") {
  direct_world w;
  person& alice = w.known("alice");
  const identity id = w.hub.people().find("alice")->id;
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        std::vector<fact> facts;
        for (int n = 0; n < 600; ++n) {
          room_facts about;
          about.name = fmt::format("quiet{:03}", n);
          about.modes.moderated = true;
          if (n % 2 == 0) about.roles[id] = role::op;
          if (n % 3 == 0) about.invited.insert(id);
          facts.push_back(fact_of(about));
        }
        return facts;
      },
      [](const result<void>& r) { CHECK(r.has_value()); });
  w.run();
  w.say(alice, "/forget me password");
  w.run();
  CHECK(w.hub.people().farewells().empty());
  for (const auto& [name, about] : w.hub.people().rooms()) {
    CHECK(about.role_of(id) == role::guest);
    CHECK_FALSE(about.invited.contains(id));
  }
  CHECK(w.hub.people().room("quiet000")->modes.moderated);
}

TEST_CASE("a server that ended half-way goes on at its next start") {
  test::kept_facts disk;
  direct_world before(direct_world::without_history(), {}, &disk);
  person& alice = before.known("alice");
  before.say(alice, "hello");
  const identity who = alice.self->who();
  before.log.cannot_destroy = fail(errc::storage_failed, "the disk is full");
  before.say(alice, "/forget me password");
  CHECK(before.hub.people().find("alice") == nullptr);
  CHECK(before.hub.people().farewells().contains(who));
  CHECK(texts_in(before, "lobby") == lines{"hello"});
  CHECK(notes(before).find("is not destroyed yet, and the next start goes on with it: the disk is "
                           "full") != std::string::npos);
  // The same log, and a hub that has read the facts.
  test::kept_facts again(disk.facts);
  before.log.cannot_destroy.reset();
  people known(&again, before.clock, before.tasks.later());
  std::string told;
  forgetter next({before.memory, known, before.tasks.later(),
                  [&](std::string what) { told = std::move(what); }});
  before.run();
  CHECK(told == "what alice had said is destroyed: 1 text");
  CHECK(known.farewells().empty());
  CHECK(texts_in(before, "lobby") == lines{"-"});
}

TEST_CASE("texts that cannot be destroyed while the server runs are told, and the others go") {
  direct_world w;
  person& alice = w.known("alice");
  w.say(alice, "one");
  w.say(alice, "two");
  w.log.cannot_destroy = fail(errc::not_available, "from before");
  w.say(alice, "/forget me password");
  CHECK(w.hub.people().farewells().empty());
  CHECK(notes(w).find("0 texts; 2 are from before single texts could be destroyed") !=
        std::string::npos);
}
