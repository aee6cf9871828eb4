#include "accounts/direct_facts.hpp"

#include "accounts/people.hpp"
#include "support/catch.hpp"
#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"
#include "unit/domain/kept_facts.hpp"

#include <utility>
#include <vector>

using namespace asio_chat;

namespace {

const identity one{1};
const identity two{2};

struct known_people {
  explicit known_people(people_store* store = nullptr)
      : all(store, clock, tasks.later()) {}

  test::task_queue tasks;
  testing::manual_clock clock;
  people all;

  void keep(std::vector<fact> facts) {
    all.change([facts]() -> result<std::vector<fact>> { return facts; }, [](const auto&) {});
    tasks.run();
  }
  void begin() {
    direct_log d = all.direct_or_new(two, one);
    d.of(two).spoke = true;
    keep({fact_of(account{one, "one"}), fact_of(account{two, "two"}), fact_of(d)});
  }
};

} // namespace

TEST_CASE("the log of two accounts has one name, whoever asks, and no room can have it") {
  CHECK(direct_log_name(one, two) == direct_log_name(two, one));
  CHECK(direct_log_name(one, two) ==
        "@01000000000000000000000000000000-02000000000000000000000000000000");
}

TEST_CASE("what is known of two accounts and of one's wishes is read as it was written") {
  direct_log d;
  d.sides = {{{one, true, {7, 41, 5, 40}}, {two, false, {}}}};
  d.made = wall_time(std::chrono::hours(3));
  const direct_log d2 = direct_log_in(fact_of(d));
  CHECK(d2.of(one).spoke);
  CHECK_FALSE(d2.of(two).spoke);
  CHECK(d2.of(one).read == position{7, 41});
  CHECK(d2.of(one).read.tag == 5);
  CHECK(d2.of(one).read.tag_offset == 40);
  CHECK(d2.of(two).who == two);
  CHECK(d2.made == d.made);

  account_wishes w;
  w.account = one;
  w.strangers = false;
  w.blocked = {{two, "mallory: 5:x"}};
  const account_wishes w2 = wishes_in(fact_of(w));
  CHECK(w2.account == one);
  CHECK_FALSE(w2.strangers);
  CHECK(w2.blocked == w.blocked);
  CHECK(wishes_in(fact{fact_kind::wishes, {}, {}}).strangers); // what is not there
}

TEST_CASE("how far one has heard only goes on, and is kept with what the other one has") {
  known_people w;
  w.begin();
  w.all.heard(one, two, {7, 3});
  w.all.heard(two, one, {7, 5});
  w.all.heard(one, two, {7, 2});
  w.tasks.run();
  CHECK(w.all.find_direct(one, two)->of(one).read == position{7, 3});
  CHECK(w.all.find_direct(one, two)->of(two).read == position{7, 5});
  w.all.heard(one, two, {8, 1}); // of a log that was put back
  w.tasks.run();
  CHECK(w.all.find_direct(one, two)->of(one).read == position{8, 1});
  w.all.heard(one, identity{9}, {7, 1}); // they have said nothing
  w.tasks.run();
  CHECK(w.all.find_direct(one, identity{9}) == nullptr);
}

TEST_CASE("what is on its way to the disk is heard, and nothing earlier takes its place") {
  test::kept_facts disk;
  known_people w(&disk);
  w.begin();
  disk.slow = true;
  w.all.heard(one, two, {7, 5});
  w.tasks.run();
  REQUIRE(disk.late.size() == 1);
  CHECK(w.all.heard_until(one, two) == position{7, 5});
  w.all.heard(one, two, {7, 3});
  disk.catch_up();
  w.tasks.run();
  CHECK(disk.late.empty());
  CHECK(w.all.find_direct(one, two)->of(one).read == position{7, 5});
  w.all.heard(one, two, {7, 6});
  w.tasks.run();
  w.all.heard(one, two, {7, 8});
  w.all.heard(two, one, {7, 2});
  for (int i = 0; i < 2; ++i) {
    CHECK(w.all.heard_until(one, two) == position{7, 8});
    disk.catch_up();
    w.tasks.run();
  }
  CHECK(w.all.find_direct(one, two)->of(one).read == position{7, 8});
  CHECK(w.all.find_direct(one, two)->of(two).read == position{7, 2});
}

TEST_CASE("what a disk refuses of it is heard all the same, and kept with the next") {
  test::kept_facts disk;
  known_people w(&disk);
  w.begin();
  const std::size_t before = disk.facts.size();
  disk.fails = true;
  w.all.heard(one, two, {7, 5});
  w.tasks.run();
  CHECK(w.all.heard_until(one, two) == position{7, 5});
  disk.fails = false;
  w.all.heard(two, one, {7, 1});
  w.tasks.run();
  CHECK(disk.facts.size() == before + 1);
  CHECK(w.all.find_direct(one, two)->of(one).read == position{7, 5});
  CHECK(w.all.find_direct(one, two)->of(two).read == position{7, 1});
}

TEST_CASE("with an account goes what is known of its logs and its wishes") {
  known_people w;
  w.begin();
  account_wishes wanted = w.all.wishes_or_new(one);
  wanted.strangers = false;
  w.keep({fact_of(wanted)});
  REQUIRE(w.all.correspondents_of(one) == std::vector{two});
  REQUIRE(w.all.correspondents_of(two) == std::vector{one});
  REQUIRE_FALSE(w.all.wishes_of(one)->strangers);
  w.keep(w.all.removal_of(*w.all.find(one)));
  CHECK(w.all.find_direct(one, two) == nullptr);
  CHECK(w.all.correspondents_of(two).empty());
  CHECK(w.all.wishes_of(one) == nullptr);
}
