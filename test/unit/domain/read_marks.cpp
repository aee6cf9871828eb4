// How far accounts have read rooms: kept with them, told to all their connections.
#include "domain/read_marks.hpp"

#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/direct_world.hpp"
#include "unit/domain/kept_facts.hpp"

#include <algorithm>
#include <memory>
#include <string>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::direct_world;
using test::heard;
using test::lines;
using test::person;

namespace {

limits several_connections() {
  limits l = direct_world::without_history();
  l.member_connections = 3;
  return l;
}

struct reading_world : direct_world {
  explicit reading_world(people_store* facts = nullptr, limits l = several_connections())
      : direct_world(std::move(l), {}, facts) {}

  /// A connection of an account, in that room.
  person& in(const std::string& name, const std::string& room = "den") {
    person& p = device(name, false);
    if (!p.self->of().rooms().empty()) { // it is taken into the member's rooms when it asks
      p.ear.events.clear();
    }
    type(p, "/join " + room, {}, "j");
    run();
    return p;
  }
  /// That the state of the room has told last; 0: none.
  static std::uint64_t told(const person& p) { return p.ear.last<room_state>().read; }
  /// What it was told of what others of its account have read.
  static lines news(person& p) {
    lines all;
    for (const reply& r : p.ear.all<reply>())
      if (r.command == "read" && r.ref.empty())
        for (const std::string& item : r.items)
          all.push_back(item);
    p.ear.events.clear();
    return all;
  }
  lines read(person& p, std::string_view line, const std::string& room = "den") {
    p.ear.events.clear();
    type(p, line, room, "r");
    run();
    if (const auto no = p.ear.last<refused>(); !no.message.empty()) return {"refused", no.message};
    return p.ear.last<reply>().items;
  }
  void say_some(person& p, int n, const std::string& room = "den") {
    for (int i = 0; i < n; ++i)
      type(p, "hello", room);
    run();
  }
};

} // namespace

TEST_CASE("what one connection has read is told to the others of the account, and to later ones") {
  reading_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  person& phone = w.in("bob");
  CHECK(w.told(phone) == 0); // nothing is known
  w.say_some(alice, 5);
  reading_world::news(alice);
  reading_world::news(phone);
  CHECK(w.read(bob, "/read 3") == lines{"den 3"});
  CHECK(reading_world::news(bob).empty());
  CHECK(reading_world::news(phone) == lines{"den 3"});
  CHECK(reading_world::news(alice).empty());
  CHECK(w.read(phone, "/read") == lines{"den 5"});
  CHECK(reading_world::news(bob) == lines{"den 5"});
  person& tablet = w.in("bob");
  CHECK(tablet.ear.last<room_state>().head.offset == 5);
  CHECK(w.told(tablet) == 5);
  CHECK(w.told(w.in("alice")) == 0);
}

TEST_CASE("what was read stays so, and what nobody can have read yet is refused") {
  reading_world w;
  person& alice = w.in("alice");
  w.say_some(alice, 3);
  person& phone = w.in("alice");
  CHECK(w.read(alice, "/read 2") == lines{"den 2"});
  reading_world::news(phone);
  CHECK(w.read(alice, "/read 1") == lines{"den 2"});
  CHECK(w.read(alice, "/read 2") == lines{"den 2"});
  CHECK(reading_world::news(phone).empty());
  CHECK(w.read(alice, "/read 4") ==
        lines{"refused", "nothing was said there as number 4 yet; the last one is 3"});
  CHECK(w.read(alice, "/read 0").front() == "refused");
  CHECK(w.read(alice, "/read 1", "attic").front() == "refused");
  CHECK(reading_world::news(phone).empty());
  CHECK(w.read(alice, "/read 3") == lines{"den 3"});
}

TEST_CASE("of a guest nothing is kept, and it is no failure") {
  reading_world w;
  person& gast = w.come("gast", "den");
  w.say_some(gast, 2);
  CHECK(w.read(gast, "/read 1").empty());
  CHECK(w.read(gast, "/read").empty());
  CHECK(w.hub.people().reads().size() == 0);
  CHECK(w.say(gast, "/read 3", "den") ==
        lines{"nothing was said there as number 3 yet; the last one is 2"});
}

TEST_CASE("who logs in hears how far the account has read, and who logs out is told nothing") {
  reading_world w;
  person& bob = w.known("bob", role::member, "den");
  w.say_some(bob, 4);
  w.read(bob, "/read 2");
  w.say(bob, "/logout");
  CHECK(w.told(bob) == 0);
  CHECK(w.read(bob, "/read").empty());
  w.say(bob, "/login bob password");
  CHECK(w.told(bob) == 2);
  w.ask(bob, "/nick bobby");
  CHECK(w.read(bob, "/read 3") == lines{"den 3"}); // it is the account's, whatever it is called
}

TEST_CASE("a protocol without lists of rooms is told nothing") {
  reading_world w;
  person& bob = w.in("bob", "lobby");
  w.say_some(bob, 2, "lobby");
  person& old = w.people.emplace_back();
  login l{w.hub.people().find("bob")->id, "bob", false, true};
  l.has_account = true;
  old.self = w.hub.enter(old.ear, l).value();
  w.hub.join(*old.self, "lobby", "").value();
  w.run();
  w.read(bob, "/read 1", "lobby");
  CHECK(reading_world::news(old).empty());
}

TEST_CASE("what two accounts say alone is read on all connections as well") {
  reading_world w;
  person& alice = w.device("alice");
  person& bob = w.device("bob");
  person& phone = w.device("bob");
  w.ask(alice, "/join @bob");
  for (const char* id : {"m1", "m2", "m3"})
    w.send(alice, id, id, "@bob");
  w.run();
  reading_world::news(phone);
  CHECK(w.read(bob, "/read 2", "@alice") == lines{"@alice 2"});
  CHECK(reading_world::news(phone) == lines{"@alice 2"});
  CHECK(w.read(phone, "/read 1", "@alice") == lines{"@alice 2"});
  CHECK(w.read(bob, "/read 9", "@alice").front() == "refused");
  person& tablet = w.device("bob", false);
  w.type(tablet, "/join @alice");
  w.run();
  CHECK(w.told(tablet) == 2);
}

TEST_CASE("what is being kept of what two accounts say alone goes back no more") {
  test::kept_facts disk;
  reading_world w(&disk);
  person& alice = w.device("alice", false);
  person& bob = w.device("bob", false);
  for (const char* text : {"/msg bob one", "/msg bob two", "/msg bob three"})
    w.ask(alice, text);
  w.ask(bob, "/join @alice");
  disk.slow = true;
  CHECK(w.read(bob, "/read 2", "@alice") == lines{"@alice 2"});
  CHECK(w.read(bob, "/read 1", "@alice") == lines{"@alice 2"});
  CHECK(w.read(bob, "/read 3", "@alice") == lines{"@alice 3"}); // while the other is kept
  disk.catch_up();
  w.run();
  CHECK(w.read(bob, "/read 1", "@alice") == lines{"@alice 3"});
  disk.catch_up();
  w.run();
  CHECK(disk.late.empty());
  const identity to = w.hub.people().find("alice")->id;
  CHECK(direct_log_in(disk.facts.back()).of(bob.self->who()).read.offset == 3);
  CHECK(w.hub.people().heard_until(bob.self->who(), to).offset == 3);
}

TEST_CASE("places are kept over restarts, many as one change, and go with the account") {
  test::kept_facts disk;
  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  {
    reading_world w(&disk);
    w.hub.limit({}, time, false);
    person& bob = w.in("bob");
    w.say_some(bob, 6);
    const std::size_t before = disk.facts.size();
    for (const char* line : {"/read 1", "/read 2", "/read 3", "/read 4"})
      w.read(bob, line);
    CHECK(disk.facts.size() == before); // nothing waits for it
    time.advance(read_marks::between_changes);
    w.run();
    CHECK(disk.facts.size() == before + 1);
    w.read(bob, "/read 5");
    CHECK(disk.facts.size() == before + 1);
    w.hub.rest(); // the server ends
    CHECK(disk.facts.size() == before + 2);
  }
  // A disk has the newest fact alone.
  const fact newest = disk.facts.back();
  std::erase_if(disk.facts, [&](const fact& f) { return f.kind == fact_kind::reads; });
  disk.facts.push_back(newest);
  test::kept_facts again(disk.facts);
  reading_world w(&again);
  const identity bob = w.hub.people().find("bob")->id;
  REQUIRE(w.hub.people().reads().find(bob, "den"));
  CHECK(w.hub.people().reads().find(bob, "den")->offset == 5);
  w.in("bob"); // the log is another one, as that of a memory is after a start
  CHECK(w.hub.people().reads().find(bob, "den")->offset == 0);
  w.remove_account("bob");
  w.hub.rest();
  w.run();
  CHECK(w.hub.people().reads().size() == 0);
  CHECK(again.facts.back().value.empty());
}

TEST_CASE("a place of another log, or beyond its end, counts as its head") {
  test::kept_facts disk;
  const bool beyond = GENERATE(true, false);
  reading_world w(&disk);
  person& bob = w.in("bob");
  w.say_some(bob, 3);
  const position head = bob.ear.last<acknowledged>().at;
  const std::uint64_t epoch = w.hub.rooms().find("den")->second->head().epoch;
  static_cast<void>(head);
  w.hub.people().reads().put(
      bob.self->who(), {"den", beyond ? epoch : epoch - 1, beyond ? 900U : 1U}, w.clock.wall_now());
  person& phone = w.in("bob");
  CHECK(w.told(phone) == 3);
  w.say_some(bob, 2);
  person& tablet = w.in("bob");
  CHECK(w.told(tablet) == 3); // and is right from then on
  CHECK(w.read(tablet, "/read 4") == lines{"den 4"});
}

TEST_CASE("an account's places are as many as it may have rooms") {
  limits l = several_connections();
  l.rooms_per_member = 2;
  reading_world w(nullptr, l);
  person& bob = w.in("bob", "a");
  for (const char* room : {"a", "b", "c"}) {
    w.ask(bob, std::string("/join ") + room);
    w.say_some(bob, 1, room);
    CHECK(w.read(bob, "/read", room) == lines{std::string(room) + " 1"});
    w.ask(bob, "/leave", room);
  }
  CHECK(w.hub.people().reads().size() == 2);
  CHECK(w.hub.people().reads().find(bob.self->who(), "a") == nullptr);
}

TEST_CASE("a disk that fails loses places at most until the next one is kept") {
  test::kept_facts disk;
  reading_world w(&disk);
  person& bob = w.in("bob");
  w.say_some(bob, 3);
  disk.fails = true;
  CHECK(w.read(bob, "/read 1") == lines{"den 1"});
  disk.fails = false;
  CHECK(w.read(bob, "/read 2") == lines{"den 2"});
  CHECK(disk.facts.back().kind == fact_kind::reads);
  CHECK(reads_in(disk.facts.back()).places.back().offset == 2);
}

TEST_CASE("what a disk refuses is kept later, and at the end it is asked once") {
  test::kept_facts disk;
  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  reading_world w(&disk);
  w.hub.limit({}, time, false);
  person& bob = w.in("bob");
  w.say_some(bob, 3);
  const auto pass = [&] {
    time.advance(read_marks::between_changes);
    w.run();
  };
  const std::size_t before = disk.facts.size();
  disk.fails = true;
  w.read(bob, "/read 1");
  pass();
  CHECK(disk.facts.size() == before);
  disk.fails = false;
  pass();
  REQUIRE(disk.facts.size() == before + 1);
  CHECK(reads_in(disk.facts.back()).places.back().offset == 1);
  pass();
  CHECK(disk.facts.size() == before + 1);
  disk.fails = true;
  w.hub.rest();
  w.read(bob, "/read 2");
  disk.fails = false;
  w.read(bob, "/read 3");
  CHECK(disk.facts.size() == before + 2);
}
