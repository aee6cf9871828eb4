#include "support/catch.hpp"
#include "world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

constexpr identity ada{1};
constexpr identity eve{2};

/// The contents of a durable store.
struct remembering_store final : name_store {
  std::vector<held_name> held_names() override {
    std::vector<held_name> all;
    for (const auto& [who, n] : kept)
      all.push_back(n);
    return all;
  }
  void hold(held_name n, change_done d) override {
    kept[n.who] = std::move(n);
    d();
  }
  void release(const identity& who, change_done d) override {
    kept.erase(who);
    d();
  }
  std::map<identity, held_name> kept;
};

struct bench {
  explicit bench(remembering_store* s = nullptr)
      : memory(tasks.later(), 7, {})
      , chat({memory, clock, given, counters, tasks.later(), "lobby", {}, s}) {}
  result<endpoint*> enter(recording_sink& ear, const identity& who, const char* name) {
    return chat.enter(ear, {who, name, true, true});
  }
  limits given;
  server_counters counters;
  testing::manual_clock clock;
  task_queue tasks;
  memory_journal memory;
  hub chat;
};

} // namespace

TEST_CASE("a name is held for a while for a member who may come back") {
  bench b;
  recording_sink ear, other;
  b.chat.leave(*b.enter(ear, ada, "Ada").value());
  const auto taken = b.enter(other, eve, "ada");
  REQUIRE(taken.has_error());
  CHECK(taken.error().code == errc::name_taken);
  CHECK(taken.error().message == "the name ada is held for its last bearer, for 120 more "
                                 "seconds; choose another one, or wait");
  CHECK(b.chat.free_name("ada", eve) == "ada-2");
  endpoint* back = b.enter(ear, ada, "Ada").value();
  b.chat.leave(*back);
  b.clock.advance(b.given.name_hold_time);
  endpoint* late = b.enter(other, eve, "ada").value();
  CHECK(b.enter(ear, ada, "ada").has_error());
  b.chat.leave(*late);
}

TEST_CASE("when too many names are held, the oldest are let go") {
  testing::manual_clock time;
  remembering_store store;
  const limits given;
  const name_book::upkeep uncounted = [](const member*) { return [] {}; };
  const auto bear = [&](name_book& names, unsigned n) {
    member m(n, {static_cast<std::uint8_t>(n)}, fmt::format("name{}", n), true, rights::all(),
             given);
    names.take(m.name(), m);
    names.give_up(m, true);
    time.advance(1ms);
  };
  const identity stranger{99};
  {
    name_book names(&store, time, 1h, uncounted, 3);
    for (const unsigned n : {1u, 2u, 3u, 1u, 4u})
      bear(names, n);
    CHECK(names.check_free("name2", stranger, named::by_themselves)
              .has_value()); // 1 came back, and left once more
    for (const char* held : {"name1", "name3", "name4"})
      CHECK(names.check_free(held, stranger, named::by_themselves).has_error());
    CHECK(store.kept.size() == 3);
  }
  name_book anew(&store, time, 1h, uncounted, 2);
  CHECK(anew.check_free("name3", stranger, named::by_themselves).has_value());
  CHECK(store.kept.size() == 2);
  time.advance(1h);
  bear(anew, 5);
  CHECK(store.kept.size() == 1); // time has let go of the others
}

TEST_CASE("thousands of names whose time is over are free at once, and forgotten some at a time") {
  remembering_store store;
  bench b(&store);
  recording_sink ear;
  for (std::uint8_t n = 1; n <= 200; ++n)
    b.chat.leave(*b.enter(ear, {n}, fmt::format("name{}", n).c_str()).value());
  b.clock.advance(b.given.name_hold_time);
  CHECK(b.chat.free_name("name77", eve) == "name77");
  for (std::uint8_t left = 1; store.kept.size() > left; ++left) {
    const std::size_t before = store.kept.size();
    b.chat.leave(*b.enter(ear, {0, left}, fmt::format("late{}", left).c_str()).value());
    REQUIRE(before + 1 - store.kept.size() <= 16);
  }
}

TEST_CASE("for how long a name is held does not depend on the time of day") {
  constexpr auto years = 24h * 3650;
  remembering_store store;
  recording_sink ear, other;
  wall_time now{};
  {
    bench b(&store);
    b.chat.leave(*b.enter(ear, ada, "ada").value());
    b.clock.set_wall(b.clock.wall_now() + years);
    CHECK(b.enter(other, eve, "ada").has_error());
    b.clock.set_wall(b.clock.wall_now() - 2 * years);
    b.clock.advance(b.given.name_hold_time - 1ms);
    CHECK(b.enter(other, eve, "ada").has_error());
    now = b.clock.wall_now();
    SECTION("in a server that goes on") {
      b.clock.advance(1ms);
      CHECK(b.enter(other, eve, "ada").has_value());
      return;
    }
  }
  SECTION("over the end of a server") {
    testing::manual_clock clock;
    clock.set_wall(now + 2 * years);
    name_book anew(&store, clock, 1h, [](const member*) { return [] {}; });
    clock.advance(1h - 1ms);
    CHECK(anew.check_free("ada", eve, named::by_themselves).has_error());
    clock.advance(1ms);
    CHECK(anew.check_free("ada", eve, named::by_themselves).has_value());
  }
}

TEST_CASE("a member who leaves for good gives the name up at once") {
  bench b;
  recording_sink ear, other;
  b.chat.leave(*b.enter(ear, ada, "ada").value(), true);
  b.chat.leave(*b.enter(other, eve, "ada").value());
}

TEST_CASE("one name is held for each identity: its last") {
  bench b;
  recording_sink ear, other;
  endpoint* m = b.enter(ear, ada, "one").value();
  b.chat.rename(m->of(), "two").value();
  b.chat.leave(*m);
  m = b.enter(ear, ada, "three").value();
  b.chat.leave(*m);
  for (const char* free : {"one", "two"})
    b.chat.leave(*b.enter(other, eve, free).value(), true);
  CHECK(b.enter(other, eve, "three").has_error());
}

TEST_CASE("a member who comes back while the old session is still here replaces it") {
  bench b;
  recording_sink before, after, bob;
  endpoint* old = b.enter(before, ada, "ada").value();
  b.chat.join(*old, "lobby", "").value();
  endpoint* other = b.enter(bob, eve, "bob").value();
  b.chat.join(*other, "lobby", "").value();
  b.tasks.run();
  endpoint* now = b.enter(after, ada, "ada").value();
  REQUIRE(before.closed);
  CHECK(before.closed->code == close_code::replaced);
  CHECK_FALSE(before.closed->reconnect());
  CHECK(bob.last<member_left>().name == "ada");
  CHECK(b.chat.find_member("ada") == &now->of());
  b.chat.leave(*old); // its session ends a little later
  CHECK(b.chat.find_member("ada") == &now->of());
  CHECK(b.chat.member_count() == 2);
  b.chat.leave(*now);
  b.chat.leave(*other);
}

TEST_CASE("names are held beyond the end of the server, from its next start on") {
  remembering_store store;
  recording_sink ear, other;
  {
    bench b(&store);
    b.enter(ear, ada, "ada").value(); // here when the server is killed
    b.chat.leave(*b.enter(other, eve, "eve").value());
  }
  CHECK_FALSE(store.kept.at(ada).left);
  CHECK(store.kept.at(eve).left);
  bench b(&store);
  b.clock.advance(b.given.name_hold_time - 1ms);
  const identity stranger{3};
  CHECK(b.enter(other, stranger, "ada").has_error());
  b.chat.leave(*b.enter(ear, ada, "ada").value(), true);
  CHECK_FALSE(store.kept.contains(ada));
  b.clock.advance(1ms);
  b.chat.leave(*b.enter(other, stranger, "eve").value(), true);
}

TEST_CASE("names: who looks like somebody else waits until that name is free") {
  bench b;
  recording_sink ear, other, third;
  const auto why = [&](const char* name) { return b.enter(other, eve, name).error().message; };
  endpoint* first = b.enter(ear, ada, "Сосо").value(); // Cyrillic
  CHECK(why("coco") == "the name coco looks like another one that is taken; choose one that nobody "
                       "takes for somebody else's");
  CHECK(why("СОСО") == "the name СОСО is taken");
  CHECK(b.chat.free_name("coco", eve) == "coco-2");
  b.chat.rename(first->of(), "сосо").value(); // one does not look like oneself
  b.chat.leave(*first);
  CHECK(why("coco").starts_with("the name coco looks like another one")); // it is held
  b.clock.advance(b.given.name_hold_time);
  endpoint* late = b.enter(other, eve, "coco").value();
  CHECK(b.enter(third, ada, "сосо").error().message.starts_with("the name сосо looks like"));
  b.chat.rename(late->of(), "eve").value();
  b.chat.leave(*b.enter(third, ada, "сосо").value());
  b.chat.leave(*late);
}

TEST_CASE("names: two that are not ASCII do not look alike") {
  bench b;
  recording_sink ear, other;
  endpoint* greek = b.enter(ear, ada, "ΤΟΜ").value();
  CHECK(b.enter(other, eve, "ТОМ").has_error()); // Cyrillic
  CHECK(b.enter(other, eve, "tom").has_error());
  endpoint* unlike = b.enter(other, eve, "τομί").value();
  b.chat.leave(*greek, true);
  b.chat.rename(unlike->of(), "ТОМ").value();
  b.chat.leave(*unlike);
}

TEST_CASE("names: those of the server are given, or kept from before") {
  bench b;
  recording_sink ear, other;
  const auto why = [&](const char* name) { return b.enter(ear, ada, name).error().message; };
  CHECK(why("Admin") ==
        "the name Admin is the server's: take another one, or have the operator make "
        "an account of that name");
  CHECK(why("ѕуѕтеm").starts_with("a name has letters of one script"));
  CHECK(why("гооТ").starts_with("the name гооТ looks like another one that is taken")); // root
  CHECK(b.chat.free_name("system", ada) == "system-2");
  login given{ada, "admin"};
  given.name_given = true;
  b.chat.leave(*b.chat.enter(ear, given).value());
  CHECK(b.chat.reserve_name("system").value() == "system");
  b.chat.give_name_back("system");

  remembering_store store;
  store.kept[ada] = {ada, "root", {}};
  bench old(&store);
  CHECK(old.enter(other, eve, "root").error().message.starts_with("the name root is held"));
  old.chat.leave(*old.enter(ear, ada, "root").value());
}

TEST_CASE("names: a host's name is written as names are") {
  bench b;
  recording_sink ear;
  CHECK(b.chat.reserve_name("Glo\u0308ckner").value() == "Glöckner");
  CHECK(b.chat.reserve_name("GLÖCKNER").has_error());
  CHECK(b.enter(ear, ada, "glöckner").error().message == "the name glöckner is reserved");
  b.chat.give_name_back("Glöckner");
  b.chat.leave(*b.enter(ear, ada, "glöckner").value());
}

TEST_CASE("names: who looks like an account has come too late, and keeps nobody out") {
  testing::manual_clock time;
  task_queue tasks;
  people known(nullptr, time, tasks.later());
  name_book names(nullptr, time, 1h, [](const member*) { return [] {}; });
  names.respect(known);
  const limits given;
  member guest(1, eve, "coco", true, rights::all(), given);
  names.take("coco", guest);
  known.change([&] { return std::vector{fact_of(*known.new_account("сосо", {}))}; },
               [](const result<void>& kept) { CHECK(kept.has_value()); });
  tasks.run();
  const account* owner = known.find("сосо");
  REQUIRE(owner != nullptr);
  CHECK(names.check_free("сосо", owner->id, named::by_themselves).has_value());
  CHECK(names.check_free("сосо", ada, named::by_themselves).has_error());
  CHECK(names.check_free("coco", ada, named::by_themselves).has_error());
  names.give_up(guest, false);
  CHECK(names.check_free("coco", ada, named::by_themselves)
            .error()
            .message.starts_with("the name coco looks like another one"));
}
