// Rooms that guests leave behind: their number and age are met, exceeded, told, lifted, and
// switched off by 0.
#include "domain/guest_rooms.hpp"

#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/kept_facts.hpp"
#include "unit/domain/moderated_world.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view full =
    "guests have opened 2 rooms, which is the most here; join one that there is, see /rooms, or "
    "make an account, see /register: its rooms are not counted";

struct guest_world : moderated_world {
  explicit guest_world(people_store* facts = nullptr, std::size_t rooms = 2,
                       std::chrono::milliseconds age = 24h * 30)
      : moderated_world(without_history(), {}, facts) {
    run_time_limits l;
    l.rates.when = rate_limits::use::never;
    l.abuse.when = rate_limits::use::always;
    l.abuse.repeats = l.abuse.newcomer_messages = {};
    l.abuse.guest_rooms = rooms;
    l.abuse.guest_room_age = age;
    hub.limit(l, time, false);
  }
  /// Why they cannot; empty: they are in it.
  std::string join(person& p, const std::string& room) {
    p.ear.events.clear();
    type(p, "/join " + room, {}, "r");
    run();
    return p.ear.last<refused>().message;
  }
  /// Somebody opens a room, says something, and goes.
  std::string leave_behind(person& p, const std::string& room) {
    const std::string no = join(p, room);
    if (!no.empty()) return no;
    type(p, "hello", room);
    run();
    type(p, "/leave", room);
    run();
    return {};
  }
  void pass(std::chrono::milliseconds by) {
    for (; by > 0ms; by -= 1min) {
      clock.advance(1min);
      time.advance(1min);
      run();
    }
  }
  /// A quiet month; looked at once a minute.
  void pass_a_month() {
    clock.advance(24h * 30);
    pass(2min);
  }
  std::size_t left() const { return hub.people().guest_rooms().size(); }
  std::string shown(person& op) {
    for (const std::string& line : say(op, "/limits"))
      if (line.starts_with("rooms of guests")) return line;
    return {};
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
};

} // namespace

TEST_CASE("guests leave so many rooms behind, and one more is refused with what to do") {
  guest_world w;
  person& op = w.known("olga", role::op);
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  CHECK(w.leave_behind(alice, "den").empty());
  CHECK(w.join(alice, "attic").empty()); // nothing is said in it yet
  CHECK(w.join(bob, "cellar") == full);
  CHECK_FALSE(w.hub.rooms().contains("cellar"));
  CHECK(w.counters.abuse_refusals == 1);
  CHECK(w.shown(op) == "rooms of guests: 2 (at most 2), removed when nothing was said for 30d; "
                       "removed so far: 0");
  // One that is there takes everybody.
  CHECK(w.join(bob, "den").empty());
  CHECK(w.join(bob, "attic").empty());
  // A room in which nothing was said leaves nothing behind.
  w.type(alice, "/leave", "attic");
  w.type(bob, "/leave", "attic");
  w.run();
  CHECK(w.leave_behind(bob, "cellar").empty());
  CHECK(w.join(alice, "attic") == full);
  CHECK(w.left() == 2);
}

TEST_CASE("the limit counts no rooms of accounts, of the server, or of who the host knows") {
  guest_world w;
  person& olga = w.known("olga", role::op);
  person& ada = w.known("ada");
  for (const char* room : {"den", "attic", "cellar"})
    CHECK(w.leave_behind(ada, room).empty());
  CHECK(w.join(olga, "audit").empty());
  person& known = w.people.emplace_back();
  login l{w.new_identity(), "karl", true, true};
  l.user = "k.arl@example.org";
  known.self = w.hub.enter(known.ear, l).value();
  for (const char* room : {"one", "two", "three"})
    CHECK(w.leave_behind(known, room).empty());
  w.come("alice"); // in the first room
  CHECK(w.left() == 0);
}

TEST_CASE("a guest's room that somebody is given a role in counts no more") {
  guest_world w;
  person& op = w.known("olga", role::op);
  w.known("ada");
  person& alice = w.come("alice");
  CHECK(w.leave_behind(alice, "den").empty());
  CHECK(w.leave_behind(alice, "attic").empty());
  CHECK(w.join(alice, "cellar") == full);
  w.join(op, "den");
  w.say(op, "/role ada voice", "den");
  CHECK(w.left() == 1);
  CHECK(w.leave_behind(alice, "cellar").empty());
  w.type(op, "/leave", "den");
  w.pass_a_month();
  CHECK(w.memory_head("den") == 2); // what was said, and that she has a voice
  CHECK(w.memory_head("attic") == 0);
}

TEST_CASE("a guest's room that is silent for long is removed, and its name is free") {
  guest_world w;
  person& op = w.known("olga", role::op);
  person& alice = w.come("alice");
  CHECK(w.leave_behind(alice, "den").empty());
  w.pass(10min);
  CHECK(w.memory_head("den") == 1);
  w.clock.advance(24h * 15);
  CHECK(w.leave_behind(alice, "attic").empty());
  CHECK(w.join(alice, "cellar") == full);
  w.clock.advance(24h * 15);
  w.pass(2min);
  CHECK(w.memory_head("den") == 0);
  CHECK(w.memory_head("attic") == 1);
  CHECK(w.left() == 1);
  CHECK(w.counters.guest_rooms_removed == 1);
  CHECK(w.shown(op).ends_with("removed so far: 1"));
  person& ada = w.known("ada");
  w.join(ada, "den");
  w.run();
  CHECK(w.hub.people().room("den")->has_owner());
}

TEST_CASE("a guest's room in which somebody is stays, however silent") {
  guest_world w;
  person& alice = w.come("alice");
  CHECK(w.leave_behind(alice, "den").empty());
  CHECK(w.leave_behind(alice, "attic").empty());
  person& bob = w.come("bob", "den");
  w.pass_a_month();
  CHECK(w.memory_head("den") == 1);
  CHECK(w.memory_head("attic") == 0);
  CHECK(w.left() == 1);
  CHECK(std::ranges::count(w.log.drops_of, "den") ==
        0); // nor is a journal asked, whatever it would say
  w.type(bob, "hello", "den");
  w.type(bob, "/leave", "den");
  w.run();
  w.pass(2min);
  CHECK(w.memory_head("den") == 2);
  w.pass_a_month();
  CHECK(w.left() == 0);
}

TEST_CASE("rooms of guests count after a restart, and what was removed otherwise goes") {
  kept_facts facts;
  {
    guest_world w(&facts);
    person& alice = w.come("alice");
    CHECK(w.leave_behind(alice, "den").empty());
    CHECK(w.leave_behind(alice, "attic").empty());
  }
  guest_world again(&facts); // its journal has nothing, as if all had been erased
  person& bob = again.come("bob");
  CHECK(again.left() == 2);
  CHECK(again.join(bob, "cellar") == full);
  CHECK(again.join(bob, "den").empty()); // it is one of them
  again.pass(2min);
  CHECK(again.left() == 1);
  guest_world last(&facts);
  CHECK(last.left() == 1);
}

TEST_CASE("many rooms of guests are looked at in turns") {
  guest_world w(nullptr, 0);
  person& alice = w.come("alice");
  for (int i = 0; i < 150; ++i) {
    w.clock.advance(1min);
    CHECK(w.leave_behind(alice, "room" + std::to_string(i)).empty());
  }
  w.clock.advance(24h * 30);
  w.pass(1min);
  CHECK(w.left() == 150 - guest_rooms::looked_at_once);
  w.pass(1min);
  CHECK(w.left() == 150 - 2 * guest_rooms::looked_at_once);
  w.pass(1min);
  CHECK(w.left() == 0);
}

TEST_CASE("zero switches each limit of guests' rooms off, and operators set both at run time") {
  guest_world w(nullptr, 0, 0ms);
  person& op = w.known("olga", role::op);
  person& alice = w.come("alice");
  for (const char* room : {"one", "two", "three"})
    CHECK(w.leave_behind(alice, room).empty());
  w.pass_a_month();
  CHECK(w.memory_head("one") == 1);
  CHECK(w.left() == 0); // nobody would ever look at them
  CHECK(w.shown(op) == "rooms of guests are not limited");
  w.say(op, "/limits set guest-rooms 2");
  for (const char* room : {"four", "five"})
    CHECK(w.leave_behind(alice, room).empty());
  CHECK(w.join(alice, "six") == full);
  w.say(op, "/limits set guest-rooms 0");
  CHECK(w.shown(op) == "rooms of guests are not limited");
  CHECK(w.leave_behind(alice, "six").empty());
  w.say(op, "/limits set guest-room-age 1d");
  w.pass(2min);
  CHECK(w.memory_head("four") == 1);
  w.clock.advance(24h);
  w.pass(2min);
  CHECK(w.memory_head("four") == 0);
  CHECK(w.memory_head("one") == 1);
  w.say(op, "/limits set abuse off");
  CHECK(w.shown(op) == "rooms of guests are not limited");
  CHECK(w.say(op, "/limits set guest-room-age 1m").front().find("from 1h") != std::string::npos);
}

TEST_CASE("a server that ends waits for no alarm, for nobody who is held, and for no silent room") {
  guest_world w;
  person& op = w.known("olga", role::op);
  person& alice = w.come("alice");
  CHECK(w.leave_behind(alice, "den").empty());
  w.say(op, "/limits set abuse-repeats 1/1m");
  w.type(alice, "the same", "lobby");
  w.type(alice, "the same", "lobby");
  w.run();
  CHECK(alice.ear.held);
  REQUIRE(w.time.next_due());
  w.hub.rest();
  CHECK(w.time.next_due() == std::nullopt);
  w.type(alice, "the same", "lobby");
  w.run();
  CHECK(w.time.next_due() == std::nullopt);
}

TEST_CASE("a journal that cannot drop the log now keeps room and fact, and is asked again") {
  guest_world w;
  person& alice = w.come("alice");
  CHECK(w.leave_behind(alice, "den").empty());
  w.clock.advance(24h * 30);
  w.log.broken = fail(errc::storage_failed, "the disk is full");
  w.pass(2min);
  CHECK(w.left() == 1);
  w.log.broken.reset();
  w.pass(3min);
  CHECK(w.left() == 0);
  CHECK(w.memory_head("den") == 0);
}
