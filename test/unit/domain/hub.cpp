#include "domain/hub.hpp"

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <algorithm>

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

namespace {

errc code_of(const failure& f) {
  return static_cast<errc>(f.code.value());
}

} // namespace

TEST_CASE("a new member is in no room, has a number of their own, and is found in any case") {
  domain_world w;
  person& alice = w.enter("Alice");
  person& bob = w.enter("bob", false);
  CHECK(alice.self->name() == "Alice");
  CHECK(alice.self->memberships().empty());
  CHECK(alice.self->many_rooms());
  CHECK_FALSE(bob.self->many_rooms());
  CHECK(alice.self->number() != bob.self->number());
  CHECK(w.hub.find_member("aLICE") == &alice.self->of());
  CHECK(w.hub.find_endpoint(bob.self->number()) == bob.self);
  CHECK(w.hub.find_member("carol") == nullptr);
  CHECK(w.hub.member_count() == 2);
  CHECK(alice.news().empty());
}

TEST_CASE("one member has a name, in whatever capitals") {
  domain_world w;
  person& alice = w.enter("Alice");
  test::recording_sink other;
  const auto taken = w.hub.enter(other, {w.new_identity(), "aLiCe", true});
  REQUIRE_FALSE(taken.has_value());
  CHECK(code_of(taken.error()) == errc::name_taken);
  CHECK(taken.error().message == "the name aLiCe is taken");
  CHECK(code_of(w.hub.enter(other, {w.new_identity(), "not a name", true}).error()) ==
        errc::name_invalid);
  CHECK(w.hub.member_count() == 1);

  const auto number = alice.self->number();
  w.leave(alice, true);
  CHECK(w.hub.find_endpoint(number) == nullptr);
  const auto free_again = w.hub.enter(other, {w.new_identity(), "alice", true});
  REQUIRE(free_again.has_value());
  CHECK((*free_again)->number() != number); // never used again
}

TEST_CASE("free_name adds a number where a name is taken, within the limit") {
  domain_world w;
  CHECK(w.hub.free_name("alice", {}) == "alice");
  w.enter("alice");
  CHECK(w.hub.free_name("ALICE", {}) == "ALICE-2");
  w.enter("Alice-2");
  CHECK(w.hub.free_name("alice", {}) == "alice-3");
  const std::string longest(20, 'x');
  w.enter(longest);
  CHECK(w.hub.free_name(longest, {}) == std::string(18, 'x') + "-2");
}

TEST_CASE("C18 C27: a member who goes leaves all rooms, and each is told once") {
  domain_world w;
  person& alice = w.in("alice", "a");
  w.hub.join(*alice.self, "b", "").value();
  w.hub.join(*alice.self, "c", "").value();
  person& bob = w.in("bob", "a");
  w.hub.join(*bob.self, "b", "").value();
  w.settle();
  w.leave(alice);
  w.run();
  auto news = bob.news();
  std::sort(news.begin(), news.end());
  CHECK(news == heard{"a -alice", "b -alice"});
  CHECK(alice.news().empty());
  CHECK(w.hub.rooms().size() == 2); // c is empty and gone
  CHECK(w.hub.member_count() == 1);
}

TEST_CASE("rooms are listed by name while they have members") {
  domain_world w;
  person& alice = w.in("alice", "zoo");
  w.hub.join(*alice.self, "bar", "").value();
  const auto& rooms = w.hub.rooms();
  REQUIRE(rooms.size() == 2);
  CHECK(rooms.begin()->first == "bar");
  CHECK(rooms.begin()->second->name() == "bar");
  CHECK(rooms.rbegin()->first == "zoo");
}

TEST_CASE("C17: half of a hundred members go, and each survivor hears each of them once") {
  domain_world w;
  std::vector<person*> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(&w.in("m" + std::to_string(i)));
  for (int i = 0; i < 100; i += 2)
    w.leave(*all[static_cast<std::size_t>(i)]);
  w.run();
  for (std::size_t i = 1; i < 100; i += 2) {
    auto news = all[i]->news();
    CHECK(news.size() == 50);
    std::sort(news.begin(), news.end());
    CHECK(std::adjacent_find(news.begin(), news.end()) == news.end());
  }
  w.type(*all[1], "still here");
  w.run();
  for (std::size_t i = 3; i < 100; i += 2)
    CHECK(all[i]->news() == heard{"lobby@1 m1: still here"});
}

TEST_CASE("the hub counts what was kept and what was told") {
  domain_world w;
  person& alice = w.in("alice");
  w.in("bob");
  w.in("carol");
  const auto before = w.counters.deliveries;
  w.type(alice, "hello");
  w.run();
  CHECK(w.counters.entries == 1);
  CHECK(w.counters.deliveries - before == 2);
}

TEST_CASE("no member gets more of the last entries than the room gives") {
  limits l;
  l.join_history = 2;
  domain_world w(l);
  person& alice = w.in("alice");
  for (int n = 1; n <= 5; ++n)
    w.type(alice, "x");
  w.run();
  const auto got = [&](const char* name, const start_position& from) {
    person& p = w.enter(name);
    w.hub.join(*p.self, "lobby", "", from).value();
    w.run();
    return p.ear.all<entry>().size();
  };
  CHECK(got("bob", {}) == 2);
  CHECK(got("carol", {{}, 1}) == 1);
  CHECK(got("dave", {{}, 1'000}) == 2);
  CHECK(got("eve", {position{7, 0}, 0}) == 5); // what was missed is another matter
}

TEST_CASE("no member can open rooms without end") {
  domain_world w;
  person& alice = w.enter("alice");
  int opened = 0;
  for (int n = 0; n < 100; ++n) {
    const std::string room = "r" + std::to_string(n);
    if (!w.hub.join(*alice.self, room, "")) break;
    w.run();
    ++opened;
    w.hub.part(*alice.self, room).value();
  }
  CHECK(opened == 64);
  CHECK(code_of(w.hub.join(*alice.self, "one-more", "").error()) == errc::too_many_rooms);
  w.clock.advance(std::chrono::seconds(1));
  CHECK(w.hub.join(*alice.self, "one-more", "").has_value());
  // A room that has members may always be joined.
  person& bob = w.in("bob", "den");
  CHECK(w.hub.join(*alice.self, "den", "").has_value());
  w.leave(bob);
}
