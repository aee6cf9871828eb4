// The second factor as members see it: made, asked for, used once, lost, wanted.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

namespace {

using lines = std::vector<std::string>;
using namespace std::chrono_literals;

const lines wrong_before_code{
    "wrong name or password; one with blanks stands in quotes: \"two words\""};

struct factor_world : domain_world {
  explicit factor_world(factor_need need = factor_need::nobody)
      : domain_world(without_history(), {}, nullptr, true, true, need) {}

  person& come(const std::string& name) {
    person& p = people.emplace_back();
    login l{new_identity(), name, true, true};
    l.token = l.who;
    l.host = "host of " + name;
    l.session = 9;
    p.self = hub.enter(p.ear, l).value();
    hub.join(*p.self, "lobby", "").value();
    settle();
    return p;
  }
  lines say(person& p, std::string_view line) {
    p.ear.events.clear();
    type(p, line, {}, "r");
    run();
    if (const auto no = p.ear.last<refused>(); !no.message.empty()) return {no.message};
    return p.ear.last<reply>().lines;
  }
  std::string code(int steps_from_now = 0, int secret = 1) const {
    const auto step = test::plain_factor::step_at(clock.wall_now());
    return fmt::format("code{}-secret{}", static_cast<long>(step) + steps_from_now, secret);
  }
  /// An account whose second factor is on.
  person& with_factor(const std::string& name) {
    person& p = come(name);
    REQUIRE(say(p, "/register correct-horse").front().starts_with("you are logged in"));
    REQUIRE(say(p, "/totp on correct-horse").front() == "secret1 of " + name);
    REQUIRE(say(p, "/totp confirm " + code()).front().starts_with("your second factor is on"));
    clock.set_wall(clock.wall_now() + 30s);
    return p;
  }
  role give_role(const std::string& name, role as) {
    hub.people().change(
        [this, name, as]() -> result<std::vector<fact>> {
          account a = *hub.people().find(name);
          a.role = as;
          return std::vector<fact>{fact_of(a)};
        },
        [](const result<void>& done) { CHECK(done.has_value()); });
    run();
    const identity id = hub.people().find(name)->id;
    hub.take_role(id);
    const member* m = hub.find_member(id);
    return m ? m->role() : role::guest;
  }
};

constexpr const char* needs_code = "this account has a second factor: put the code that your app "
                                   "shows, or a recovery code, behind "
                                   "the password";

} // namespace

TEST_CASE("C45: a second factor is on when a code of it was shown, and the login asks for one") {
  factor_world w;
  person& alice = w.come("alice");
  CHECK(w.say(alice, "/totp") == lines{"you are not logged in to an account"});
  w.say(alice, "/register correct-horse");
  CHECK(w.say(alice, "/totp") == lines{"you have no second factor: /totp on PASSWORD makes one"});
  CHECK(w.say(alice, "/totp on wrong-horse") == lines{"wrong password"});
  CHECK(w.say(alice, "/totp confirm 123456") ==
        lines{"there is nothing to confirm: /totp on PASSWORD begins"});
  CHECK(w.say(alice, "/totp on correct-horse") ==
        lines{"secret1 of alice", "put this into an app, and then: /totp confirm CODE"});
  CHECK(w.say(alice, "/totp") ==
        lines{"your second factor is not on yet: /totp confirm CODE, with what your app shows"});
  w.say(alice, "/logout");
  CHECK(w.say(alice, "/login alice correct-horse").front() == "you are logged in as alice");
  CHECK(w.say(alice, "/totp confirm " + w.code(5)) ==
        lines{"wrong code; if it is what your app shows, its clock or the server's is wrong"});
  CHECK(w.say(alice, "/totp confirm " + w.code()) ==
        lines{"your second factor is on: from now on /login NAME PASSWORD CODE",
              "write these down, each opens your account once if you lose the app:", "spare-one",
              "spare-two"});
  CHECK(w.say(alice, "/totp") == lines{"your second factor is on; 2 recovery codes are left"});
  CHECK(w.say(alice, "/totp on correct-horse") ==
        lines{"your second factor is on: /totp off PASSWORD CODE takes it away"});

  person& other = w.come("other");
  CHECK(w.say(other, "/login alice correct-horse") == lines{needs_code});
  CHECK(other.ear.last<refused>().code == errc::login_required);
  CHECK(w.say(other, "/login alice wrong-horse " + w.code(1)) == wrong_before_code);
  CHECK(w.say(other, "/login alice correct-horse 000000") ==
        lines{"wrong code, or one that was used already"});
  CHECK_FALSE(other.self->of().has_account());
  CHECK(w.say(other, "/login alice correct-horse " + w.code(1)).front() ==
        "you are logged in as alice");
}

TEST_CASE("C45: a code is taken once, by whoever comes first, and none from before") {
  factor_world w;
  w.with_factor("alice");
  person& one = w.come("one");
  person& two = w.come("two");
  CHECK(w.say(one, "/login alice correct-horse " + w.code(-1)) ==
        lines{"wrong code, or one that was used already"}); // it has switched it on
  const std::string line = "/login alice correct-horse " + w.code();
  w.type(one, line, {}, "r");
  w.type(two, line, {}, "r");
  w.run();
  CHECK(one.self->of().has_account());
  CHECK_FALSE(two.self->of().has_account());
  CHECK(two.ear.last<refused>().message == "wrong code, or one that was used already");
}

TEST_CASE("C45: a recovery code opens once") {
  factor_world w;
  w.with_factor("alice");
  person& other = w.come("other");
  CHECK(w.say(other, "/login alice correct-horse spare-two").front() ==
        "you are logged in as alice");
  CHECK(w.say(other, "/totp") == lines{"your second factor is on; 1 recovery codes are left"});
  w.say(other, "/logout");
  CHECK(w.say(other, "/login alice correct-horse spare-two") ==
        lines{"wrong code, or one that was used already"});
}

TEST_CASE("C45: whoever knows the password and guesses codes waits, from whatever address") {
  factor_world w;
  w.with_factor("alice");
  for (int i = 0; i < 4; ++i) {
    person& p = w.come(fmt::format("guest{}", i));
    CHECK(w.say(p, "/login alice correct-horse 000000") ==
          lines{"wrong code, or one that was used already"});
  }
  CHECK(w.wrong == heard{"9 alice", "9 alice", "9 alice", "9 alice"});
  person& other = w.come("other");
  CHECK(w.say(other, "/login alice correct-horse " + w.code()) ==
        lines{"too many wrong codes; try again in 2 s"});
  CHECK(w.say(other, "/login alice wrong-horse " + w.code()) == wrong_before_code);
  w.clock.advance(2s);
  CHECK(w.say(other, "/login alice correct-horse " + w.code()).front() ==
        "you are logged in as alice");
  // A right one forgets the wrong ones.
  person& later = w.come("later");
  for (int i = 0; i < 3; ++i)
    CHECK(w.say(later, "/login alice correct-horse 000000") ==
          lines{"wrong code, or one that was used already"});
}

TEST_CASE("C45: it goes by the password and a code, and comes again with another secret") {
  factor_world w;
  person& alice = w.with_factor("alice");
  CHECK(w.say(alice, "/totp off wrong-horse " + w.code()) == lines{"wrong password"});
  CHECK(w.say(alice, "/totp off correct-horse 000000") ==
        lines{"wrong code, or one that was used already"});
  CHECK(w.say(alice, "/totp off correct-horse") == lines{"say /totp off PASSWORD CODE"});
  CHECK(w.say(alice, "/totp off correct-horse " + w.code()) == lines{"your second factor is off"});
  CHECK(w.say(alice, "/totp off correct-horse " + w.code(1)) == lines{"you have no second factor"});
  CHECK(w.say(alice, "/totp on correct-horse").front() == "secret2 of alice");
  CHECK(w.say(alice, "/totp maybe") == lines{"ACTION is one of: on, confirm, off"});
  CHECK(w.say(alice, "/totp on") == lines{"say /totp on PASSWORD"});
  CHECK(w.say(alice, "/totp confirm") == lines{"say /totp confirm CODE"});
}

TEST_CASE("C45: where operators have to have one, those without have a voice and no more") {
  factor_world w(factor_need::operators);
  person& olga = w.come("olga");
  w.say(olga, "/register correct-horse");
  CHECK(w.give_role("olga", role::op) == role::voice);
  CHECK(w.say(olga, "/kick nobody") ==
        lines{"you may not put others out here; you are operator once you have a second factor: "
              "/totp on PASSWORD"});
  w.say(olga, "/logout");
  CHECK(w.say(olga, "/login olga correct-horse").back() ==
        "you are operator once you have a second factor: /totp on PASSWORD");
  w.say(olga, "/totp on correct-horse");
  CHECK(w.say(olga, "/kick nobody") ==
        lines{"you may not put others out here; you are operator once you have a second factor: "
              "/totp on PASSWORD"});
  w.say(olga, "/totp confirm " + w.code());
  CHECK(w.say(olga, "/kick nobody") == lines{"nobody is not here"});
  CHECK(w.say(olga, "/totp off correct-horse " + w.code(1)) == lines{"your second factor is off"});
  CHECK(w.say(olga, "/kick nobody") ==
        lines{"you may not put others out here; you are operator once you have a second factor: "
              "/totp on PASSWORD"});
  CHECK(w.say(olga, "/join audit")
            .front()
            .ends_with("once you have a second factor: /totp on PASSWORD"));
  CHECK(
      w.say(olga, "/rights")
          .back()
          .starts_with(
              "you are operator (counts as voice until there is a second factor) on this server"));
  w.hub.tell_waiting_role(*olga.self);
  CHECK(olga.ear.last<reply>().lines.front().starts_with("you are operator once"));
  // A role in a room is no way round.
  person& owner = w.come("oscar");
  w.say(owner, "/register correct-horse");
  w.type(owner, "/join den", {}, "r");
  w.run();
  CHECK(w.hub.role_in(owner.self->of(), "den") == role::voice);
}

TEST_CASE("C45: where everybody has to have one, an account does nothing before it is on") {
  factor_world w(factor_need::everybody);
  person& alice = w.come("alice");
  person& guest = w.come("guest");
  CHECK(w.say(alice, "/register correct-horse").back() ==
        "this server wants a second factor of everybody: /totp on PASSWORD");
  const lines refusal{
      "this server wants a second factor of everybody: /totp on PASSWORD makes one"};
  CHECK(w.say(alice, "/me waves") == refusal);
  CHECK(w.say(alice, "/msg guest hello") == refusal);
  CHECK(w.say(guest, "/msg alice hello") == lines{"to alice: hello"});
  w.say(alice, "/totp on correct-horse");
  CHECK(w.say(alice, "/me waves") == refusal);
  w.say(alice, "/totp confirm " + w.code());
  CHECK(w.say(alice, "/msg guest hello") == lines{"to guest: hello"});
}

TEST_CASE("C45: an account that has to make one is told and given nothing before") {
  factor_world w(factor_need::everybody);
  person& alice = w.come("alice");
  w.say(alice, "/register correct-horse");
  person& bob = w.with_factor("bob");
  w.settle();
  w.say(bob, "/msg alice for your eyes");
  CHECK(alice.ear.last<direct_message>().text.empty());
  const lines refusal{
      "this server wants a second factor of everybody: /totp on PASSWORD makes one"};
  for (const char* line : {"/export me", "/block bob", "/requests off", "/ignore bob", "/away gone",
                           "/devices", "/devices 1 phone", "/rooms", "/seen bob", "/whois bob",
                           "/head", "/cert", "/forget me", "/display Al", "/history", "/join @bob"})
    CHECK(w.say(alice, line) == refusal);
  w.say(alice, "/totp on correct-horse");
  w.settle();
  w.say(alice, "/totp confirm " + w.code(0, 2));
  CHECK(alice.ear.last<direct_message>().text == "for your eyes");
  CHECK(w.say(alice, "/block").front() == "you have blocked nobody");
}

TEST_CASE("C45: what is kept of it has neither the codes nor more than one secret") {
  factor_world w;
  person& alice = w.with_factor("alice");
  const account_factor* f = w.hub.people().factor_of(alice.self->who());
  REQUIRE(f);
  CHECK(f->recovery == lines{"hash of spare-one", "hash of spare-two"});
  const account_factor again = factor_in(fact_of(*f));
  CHECK(again.account == f->account);
  CHECK(again.secret == "secret1");
  CHECK(again.is_on);
  CHECK(again.used == f->used);
  CHECK(again.recovery == f->recovery);
  CHECK(again.made == f->made);
  const auto gone = w.hub.people().removal_of(*w.hub.people().find("alice"));
  CHECK(std::ranges::count(gone, fact_kind::factor, &fact::kind) == 1);
}
