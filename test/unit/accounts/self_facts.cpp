#include "accounts/self_facts.hpp"

#include "accounts/people.hpp"
#include "support/catch.hpp"
#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"

#include <utility>
#include <vector>

using namespace asio_chat;

namespace {

const identity alice{1};
const identity bob{2};
const identity carl{3};
const identity phone{4};

struct people_world {
  test::task_queue tasks;
  testing::manual_clock clock;
  people all{nullptr, clock, tasks.later()};

  void keep(std::vector<fact> facts) {
    all.change([facts]() -> result<std::vector<fact>> { return facts; }, [](const auto&) {});
    tasks.run();
  }
  void ignore(const identity& who, const std::vector<identity>& whom) {
    ignored_members list = all.ignored_or_new(who);
    list.accounts.clear();
    for (const identity& one : whom)
      list.accounts[one] = "name";
    keep({fact_of(list)});
  }
};

} // namespace

TEST_CASE("whom an account ignores is written and read") {
  const ignored_members list{
      alice, {{bob, "bob"}, {carl, "carl"}}, {{"gast", "Gast"}, {"jürgen", "JÜRGEN"}}};
  const ignored_members again = ignored_in(fact_of(list));
  CHECK(again.account == alice);
  CHECK(again.accounts == list.accounts);
  CHECK(again.others == list.others);
  CHECK(again.size() == 4);
  CHECK_FALSE(again.empty());
}

TEST_CASE("whether anybody ignores an account is known, however lists change") {
  people_world w;
  w.ignore(alice, {bob, carl});
  w.ignore(carl, {bob});
  CHECK(w.all.ignored_by(alice)->accounts.size() == 2);
  CHECK(w.all.ignored_by(bob) == nullptr);
  CHECK(w.all.is_ignored(bob));
  CHECK_FALSE(w.all.is_ignored(alice));
  w.ignore(alice, {carl});
  CHECK(w.all.is_ignored(bob)); // by carl
  w.keep({without(fact_of(*w.all.ignored_by(carl)))});
  CHECK_FALSE(w.all.is_ignored(bob));
  CHECK(w.all.is_ignored(carl));
}

TEST_CASE("a list of whom an account ignores goes with the account") {
  people_world w;
  w.keep({fact_of(account{alice, "alice"})});
  w.ignore(alice, {bob});
  w.keep(w.all.removal_of(*w.all.find(alice)));
  CHECK(w.all.ignored_by(alice) == nullptr);
  CHECK_FALSE(w.all.is_ignored(bob));
}

TEST_CASE("an account that is forgotten leaves nothing but whose texts are to be destroyed") {
  people_world w;
  w.keep({fact_of(account{alice, "alice"}), fact_of(device{phone, alice, 1})});
  w.keep(w.all.forgetting(*w.all.find(alice)));
  CHECK(w.all.find(alice) == nullptr);
  CHECK(w.all.devices_of(alice).empty());
  REQUIRE(w.all.farewells().size() == 1);
  const farewell& gone = w.all.farewells().begin()->second;
  CHECK(gone.name == "alice");
  CHECK(gone.authors == std::vector{alice, phone}); // what a guest said with this token, as well
  const farewell again = farewell_in(fact_of(gone));
  CHECK((again.account == alice && again.name == "alice" && again.authors == gone.authors));
  CHECK(again.asked == w.clock.wall_now());
  w.keep({without(fact_of(gone))});
  CHECK(w.all.farewells().empty());
}

TEST_CASE("what a server states of an account that is gone is JSON") {
  CHECK(statement_of({alice, "alice", {alice, phone}, wall_time(std::chrono::seconds(90))},
                     "head 1") ==
        R"({"asio-chat":"forgotten","account":"01000000000000000000000000000000","name":"alice",)"
        R"("time":"1970-01-01T00:01:30Z","authors":["01000000000000000000000000000000",)"
        R"("04000000000000000000000000000000"],"head":"head 1"})");
}
