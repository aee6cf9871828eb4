// What an operator does with accounts while people are in them.
#include "base/key_pin.hpp"
#include "support/catch.hpp"
#include "unit/domain/kept_facts.hpp"
#include "unit/domain/world.hpp"

#include <asio_chat/account_change.hpp>

#include <string>
#include <vector>

using namespace asio_chat;
using test::domain_world;
using test::person;
using change_kind = account_change::kind;

namespace {

person& guest_with_token(domain_world& w, const std::string& name) {
  person& p = w.people.emplace_back();
  login l{w.new_identity(), name, true, true};
  l.token = l.who;
  l.host = "host of " + name;
  p.self = w.hub.enter(p.ear, l).value();
  w.hub.join(*p.self, "lobby", "").value();
  w.settle();
  return p;
}

std::string said(domain_world& w, person& p, std::string_view line) {
  p.ear.events.clear();
  w.type(p, line, {}, "r");
  w.run();
  if (const auto no = p.ear.last<refused>(); !no.message.empty()) return no.message;
  const auto lines = p.ear.last<reply>().lines;
  return lines.empty() ? std::string() : lines.front();
}

person& with_account(domain_world& w, const std::string& name) {
  person& p = guest_with_token(w, name);
  REQUIRE(said(w, p, "/register correct-horse").starts_with("you are logged in"));
  w.settle();
  return p;
}

/// `done`, or why not.
std::string changed(domain_world& w, account_change c) {
  std::string how = "nothing was answered";
  w.hub.change_account(std::move(c), [&](const result<void>& r) {
    how = r ? std::string("done") : r.error().message;
  });
  w.run();
  return how;
}

bool was_closed(const person& p, std::string_view why) {
  return p.ear.closed && p.ear.closed->code == close_code::removed &&
         p.ear.closed->phrase.find(why) != std::string::npos;
}

} // namespace

TEST_CASE("whoever is in an account that is disabled, reset or deleted is told, and closed") {
  for (const auto& [what, why] : {std::pair(change_kind::disable, "was disabled"),
                                  std::pair(change_kind::reset, "another password"),
                                  std::pair(change_kind::remove, "was deleted")}) {
    domain_world w;
    person& alice = with_account(w, "alice");
    const person& bob = with_account(w, "bob");
    CHECK(changed(w, {what, "ALICE", what == change_kind::reset ? "another-horse" : ""}) == "done");
    CHECK(was_closed(alice, why));
    CHECK_FALSE(bob.ear.closed);
    w.leave(alice);
    CHECK(w.hub.people().devices_of(w.hub.people().find("bob")->id).size() == 1);
    person& again = guest_with_token(w, "somebody");
    const bool old_fits =
        said(w, again, "/login alice correct-horse") == "you are logged in as alice";
    CHECK_FALSE(old_fits);
    if (what == change_kind::reset)
      CHECK(said(w, again, "/login alice another-horse") == "you are logged in as alice");
  }
}

TEST_CASE("an account that is disabled is there, and enabled again it is as before") {
  domain_world w;
  person& alice = with_account(w, "alice");
  const identity id = w.hub.people().find("alice")->id;
  CHECK(changed(w, {change_kind::disable, "alice"}) == "done");
  w.leave(alice);
  CHECK(w.hub.people().devices_of(id).empty());
  person& other = guest_with_token(w, "other");
  CHECK(said(w, other, "/nick alice").find("is registered") != std::string::npos);
  CHECK(changed(w, {change_kind::enable, "alice"}) == "done");
  CHECK(said(w, other, "/login alice correct-horse") == "you are logged in as alice");
  CHECK(w.hub.people().find("alice")->id == id);
  CHECK_FALSE(other.ear.closed); // enabling ends nothing
}

TEST_CASE("an account can be added while people are here, with its role and a right password") {
  domain_world w;
  CHECK(changed(w, {change_kind::add, "olga", "correct-horse", role::op}) == "done");
  person& olga = guest_with_token(w, "guest");
  CHECK(said(w, olga, "/login olga correct-horse") == "you are logged in as olga");
  CHECK(olga.self->of().role() == role::op);
  CHECK(changed(w, {change_kind::add, "Olga", "correct-horse"}) ==
        "there is an account olga already");
  CHECK(changed(w, {change_kind::add, "new", "short"}) == "a password has 8 to 256 bytes");
  CHECK(changed(w, {change_kind::add, "new", " correct-horse"}).find("could not be typed") !=
        std::string::npos);
  CHECK(changed(w, {change_kind::add, "no name", "correct-horse"}) != "done");
  CHECK(w.hub.people().account_count() == 1);
}

TEST_CASE("what cannot be changed is told, and changes nothing") {
  domain_world w;
  const person& alice = with_account(w, "alice");
  for (const change_kind k : {change_kind::disable, change_kind::enable, change_kind::remove})
    CHECK(changed(w, {k, "nobody"}).starts_with("there is no account 'nobody'"));
  CHECK(changed(w, {change_kind::reset, "nobody", "correct-horse"})
            .starts_with("there is no account 'nobody'"));
  w.passwords.busy = true;
  CHECK(changed(w, {change_kind::reset, "alice", "another-horse"}).find("try again") !=
        std::string::npos);
  CHECK_FALSE(alice.ear.closed);
}

TEST_CASE(
    "a certificate opens an account while people are here, and no more when it is taken back") {
  limits two = domain_world::without_history();
  two.member_connections = 2;
  domain_world w(two);
  person& alice = with_account(w, "alice");
  const account* a = w.hub.people().find("alice");
  const identity id = a->id;
  const key_hash key{7};
  account_change wish{change_kind::certify, "alice"};
  wish.pin = pin_of(key);
  CHECK(changed(w, wish) == "done");
  REQUIRE(w.hub.people().find_certificate(key));
  CHECK(w.hub.people().find_certificate(key)->proven);
  CHECK(changed(w, wish) != "done"); // it does already
  person& by_certificate = w.people.emplace_back();
  login l{id, "alice", true, true};
  l.has_account = true;
  l.certificate = std::make_shared<certificate_login>(certificate_login{key, {}, true});
  by_certificate.self = w.hub.enter(by_certificate.ear, l).value();
  wish.what = change_kind::uncertify;
  account_change other = wish;
  other.pin = pin_of(key_hash{8});
  CHECK(changed(w, other).starts_with("alice has no such certificate"));
  other.pin = "sha256/nonsense";
  CHECK(changed(w, other) != "done");
  CHECK(changed(w, wish) == "done");
  CHECK(was_closed(by_certificate, "certificate was removed by the operator"));
  CHECK_FALSE(alice.ear.closed); // came by a password
  CHECK(w.hub.people().find_certificate(key) == nullptr);
  account_change added{change_kind::add, "bob"};
  added.pin = pin_of(key);
  CHECK(changed(w, added) == "done");
  CHECK(w.hub.people().find("bob")->password_hash.empty());
}

TEST_CASE("an operator deletes an account with what it has said, and gets a receipt") {
  test::kept_facts kept;
  domain_world w(domain_world::without_history(), {}, &kept);
  person& alice = with_account(w, "alice");
  const identity id = w.hub.people().find("alice")->id;
  w.type(alice, "a secret");
  w.run();
  account_change wish{change_kind::forget, "alice"};
  wish.receipt = std::make_shared<std::string>();
  CHECK(changed(w, wish) == "done");
  CHECK(was_closed(alice, "was deleted by the operator"));
  CHECK(wish.receipt->starts_with("signed "));
  CHECK(w.hub.people().find(id) == nullptr);
  CHECK(w.hub.people().farewells().empty()); // it is done
  std::vector<entry_kind> kinds;
  w.memory.read("lobby", {}, [&](const auto& p) {
    for (const journal::record& r : p.value().entries)
      kinds.push_back(r.what.kind);
  });
  w.run();
  CHECK(kinds == std::vector{entry_kind::destroyed});
  CHECK(changed(w, {change_kind::forget, "alice"}).starts_with("there is no account"));
  with_account(w, "bob");
  w.log.can_destroy = false;
  CHECK(changed(w, {change_kind::forget, "bob"}).find("cannot destroy") != std::string::npos);
  CHECK(w.hub.people().find("bob"));
}

TEST_CASE("a login or a new password that is under way does not outlive the operator's change") {
  for (const change_kind what : {change_kind::disable, change_kind::reset}) {
    domain_world w;
    person& alice = with_account(w, "alice");
    person& other = guest_with_token(w, "other");
    other.ear.events.clear();
    // All of it in one turn: the password fitted when it was looked at.
    w.type(other, "/login alice correct-horse", {}, "r");
    w.type(alice, "/password correct-horse stolen-horse", {}, "r");
    std::string how;
    w.hub.change_account({what, "alice", what == change_kind::reset ? "another-horse" : ""},
                         [&](const result<void>& r) { how = r ? "done" : r.error().message; });
    w.run();
    CHECK(how == "done");
    const account* now = w.hub.people().find("alice");
    CHECK(now->disabled == (what == change_kind::disable));
    CHECK(now->password_hash != "plain stolen-horse");
    // Whoever came in before is out again; who comes in after that is none.
    CHECK((other.ear.closed || !other.self->of().has_account()));
  }
}

TEST_CASE("neither is an account forgotten, nor does it get a certificate, once it is disabled") {
  for (const bool disabled : {false, true}) {
    for (const bool forgets : {true, false}) {
      CAPTURE(disabled, forgets);
      domain_world w;
      person& alice = with_account(w, "alice");
      const identity id = w.hub.people().find("alice")->id;
      // All of it in one turn: she is there still when her password is found to be right.
      if (disabled) w.hub.change_account({change_kind::disable, "alice"}, [](const auto&) {});
      w.type(alice,
             forgets ? "/forget me correct-horse"
                     : "/cert add correct-horse " + pin_of(key_hash{7}),
             {}, "r");
      w.run();
      CHECK((w.hub.people().find(id) == nullptr) == (forgets && !disabled));
      CHECK(w.hub.people().certificates_of(id).size() == (!forgets && !disabled ? 1u : 0u));
    }
  }
}

TEST_CASE("a role that the operator gives counts at once, and nobody has to come in anew") {
  domain_world w;
  person& alice = with_account(w, "alice");
  CHECK(changed(w, {change_kind::role, "alice", {}, role::owner}) == "done");
  CHECK_FALSE(alice.ear.closed);
  CHECK(alice.self->of().role() == role::owner);
  CHECK(changed(w, {change_kind::role, "alice", {}, role::member}) == "done");
  CHECK(alice.self->of().role() == role::member);
  CHECK(changed(w, {change_kind::role, "nobody", {}, role::owner})
            .starts_with("there is no account 'nobody'"));
}

TEST_CASE("who bears the name of an account that is made gets another one at once") {
  domain_world w;
  person& guest = guest_with_token(w, "bobby");
  person& alice = with_account(w, "alice");
  CHECK(changed(w, {change_kind::add, "bobby", "correct-horse"}) == "done");
  CHECK(guest.self->name() == "bobby-2");
  CHECK(said(w, alice, "/nick carol").empty());
  CHECK(changed(w, {change_kind::add, "Carol", "correct-horse"}) == "done");
  CHECK(alice.self->name() == "Carol-2");
}
