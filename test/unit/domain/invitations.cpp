// Accounts by invitation.

#include "support/catch.hpp"
#include "unit/domain/moderated_world.hpp"

using namespace asio_chat;
using test::lines;
using test::moderated_world;
using test::person;

namespace {

struct inviting_world : moderated_world {
  explicit inviting_world(bool registration = true, bool needs_invitation = true)
      : moderated_world(without_history(), memory_journal::bounds(), nullptr, registration, true,
                        factor_need::nobody, needs_invitation) {}

  std::string invite(person& by, std::string_view line = "/invitation") {
    const lines told = say(by, line);
    REQUIRE(told.size() == 1);
    return told.front().substr(told.front().rfind(' ') + 1);
  }
};

const lines none{"this invitation is none, was used, or is over; a password with blanks stands in "
                 "quotes"};

} // namespace

TEST_CASE("an invitation makes one account, and operators of the server make it") {
  inviting_world w;
  person& op = w.known("olga", role::op);
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  CHECK(w.say(alice, "/register correct-horse") ==
        lines{"accounts are made by invitation: /register PASSWORD CODE, with what an operator has "
              "given you"});
  CHECK(w.say(alice, "/invitation") == lines{"you may not invite others here"});
  CHECK(w.say(op, "/invitation 2").front().starts_with("for 2 d, once: /register PASSWORD "));
  const std::string code = w.invite(op);
  CHECK(w.say(alice, "/register correct-horse 0123") == none);
  CHECK(w.say(alice, "/register short " + code) == lines{"a password has 8 to 256 bytes"});
  CHECK(w.say(alice, "/register correct-horse " + code).front() == "you are logged in as alice");
  CHECK(w.say(bob, "/register correct-horse " + code) == none);
}

TEST_CASE("invitations are listed and ended by operators, and one that was used is noted") {
  inviting_world w;
  person& op = w.known("olga", role::op);
  CHECK(w.say(op, "/invitation list") == lines{"there are no invitations"});
  const std::string code = w.invite(op);
  CHECK(w.say(op, "/invitation list").front().starts_with(code + ", by olga, until "));
  CHECK(w.say(w.come("alice"), "/invitation list") == lines{"you may not invite others here"});
  for (const char* const bad : {"/invitation 0", "/invitation 366", "/invitation end",
                                "/invitation x", "/invitation 7 x", "/invitation list x"})
    CHECK(w.say(op, bad).front().starts_with("say /invitation, /invitation DAYS (1 to 365)"));
  CHECK(w.say(op, "/invitation end " + code) == lines{"that invitation lets nobody in any more"});
  CHECK(w.say(w.come("bob"), "/register correct-horse " + code) == none);
  CHECK(w.say(op, "/invitation end " + code).front().starts_with("there is no such invitation"));
  const std::string second = w.invite(op);
  w.hub.join(*op.self, "audit", "").value();
  w.say(w.come("carol"), "/register correct-horse " + second);
  w.run();
  CHECK(op.ear.last<entry>().text == "carol has registered by an invitation of olga");
}

TEST_CASE("of two who use an invitation in the same turn one gets the account") {
  inviting_world w;
  const std::string code = w.invite(w.known("olga", role::op));
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  w.type(alice, "/register correct-horse " + code, {}, "r");
  w.type(bob, "/register correct-horse " + code, {}, "r");
  w.run();
  CHECK(alice.self->of().has_account());
  CHECK_FALSE(bob.self->of().has_account());
  CHECK(bob.ear.last<refused>().message == none.front());
}

TEST_CASE("an invitation ends, and is gone with the next one") {
  inviting_world w;
  person& op = w.known("olga", role::op);
  const std::string code = w.invite(op, "/invitation 1");
  w.clock.set_wall(w.clock.wall_now() + std::chrono::hours(24));
  CHECK(w.say(w.come("alice"), "/register correct-horse " + code) == none);
  CHECK(w.hub.people().invitation_count() == 1);
  w.invite(op);
  CHECK(w.hub.people().invitation_count() == 1);
}

TEST_CASE("nobody is invited where nobody needs to be, or where it is of no use") {
  inviting_world open(true, false);
  CHECK(open.say(open.known("olga", role::op), "/invitation") ==
        lines{"nobody needs an invitation here: whoever comes may /register"});
  inviting_world closed(false, true);
  CHECK(closed.say(closed.known("olga", role::op), "/invitation") ==
        lines{"accounts are made by the operator of this server"});
}

TEST_CASE("invitations are as many as there can be, and outlive a restart") {
  inviting_world w;
  person& op = w.known("olga", role::op);
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        std::vector<fact> all;
        for (int i = 0; i < 1'000; ++i)
          all.push_back(fact_of(invitation{fmt::format("code{}", i), "olga",
                                           w.clock.wall_now() + std::chrono::hours(1)}));
        return all;
      },
      [](const result<void>& done) { CHECK(done.has_value()); });
  w.run();
  CHECK(w.say(op, "/invitation").front().starts_with("there are as many invitations"));
  CHECK(w.say(w.come("alice"), "/register correct-horse code7").front() ==
        "you are logged in as alice");
  CHECK(w.say(op, "/invitation").front().starts_with("for 7 d, once"));
  const invitation kept{"code9", "olga", wall_time(std::chrono::hours(3))};
  const invitation again = invitation_in(fact_of(kept));
  CHECK(again.code == kept.code);
  CHECK(again.by == kept.by);
  CHECK(again.until == kept.until);
}
