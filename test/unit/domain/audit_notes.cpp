// What `audit` takes of those who keep order in rooms of their own.
#include "domain/audit_notes.hpp"

#include "testing/manual_time.hpp"
#include "unit/domain/moderated_world.hpp"

#include <algorithm>
#include <string>

using namespace asio_chat;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;
using namespace std::chrono_literals;

namespace {

struct audited_world : moderated_world {
  heard in_log(const std::string& room) {
    heard all;
    memory.read(room, {{log_range::side::after, {}, 100'000}, std::size_t{1} << 30},
                [&](const result<journal::page>& p) {
                  for (const journal::record& r : p->entries)
                    all.push_back(r.what.text);
                });
    run();
    return all;
  }
};

} // namespace

TEST_CASE("what is done in somebody's own room does not fill audit, and operators hear of it") {
  boost::asio::io_context context;
  audited_world w;
  run_time_limits never;
  never.rates.when = never.abuse.when = rate_limits::use::never;
  w.hub.limit(never, testing::manual_time::of(context), false);
  person& olga = w.known("olga", role::op);
  person& mal = w.known("mal");
  w.say(olga, "/mute victim everywhere EVIDENCE");
  w.say(mal, "/join mine");
  for (int n = 0; n < 100; ++n) {
    w.say(mal, n % 2 == 0 ? "/mode moderated on" : "/mode moderated off", "mine");
    w.say(mal, n % 2 == 0 ? "/ban 10.0.0.1" : "/unban 10.0.0.1", "mine");
  }
  CHECK(w.in_log("audit").size() == 1 + audit_notes::of_room.count);
  CHECK(w.in_log("mine").size() == 200); // where all of it is
  CHECK(w.in_log("alarms") == heard{"the room mine has more moderation than audit takes of it: the "
                                    "rest is in its own log"});
  // What an operator of the server does there is written down.
  w.say(olga, "/join mine");
  w.say(olga, "/mode moderated on", "mine");
  CHECK(w.in_log("audit").back() == "olga has switched moderated on in mine");
  w.hub.rest();
}

TEST_CASE("audit takes so much of a room in a day, and so much of all rooms") {
  testing::manual_clock clock;
  int written = 0;
  heard alarms;
  audit_notes notes(
      clock, [&](const std::string&) { ++written; },
      [&](const std::string& room, const std::string&) { alarms.push_back(room); });
  for (int n = 0; n < 25; ++n)
    notes.add("mine", "x");
  CHECK(written == 20);
  CHECK(alarms.size() == 5);
  clock.advance(24h);
  for (int room = 0; room < 2'000; ++room)
    notes.add(std::to_string(room), "x");
  CHECK(written == 220);
  clock.advance(24h);
  notes.add("mine", "x");
  CHECK(written == 221);
}

TEST_CASE("a room that has had its share of audit is not forgotten for very many others") {
  testing::manual_clock clock;
  heard alarms;
  int written = 0;
  audit_notes notes(
      clock, [&](const std::string&) { ++written; },
      [&](const std::string& room, const std::string&) { alarms.push_back(room); });
  for (int n = 0; n < 20; ++n)
    notes.add("mine", "x");
  for (int room = 0; room < 2'000; ++room)
    notes.add(std::to_string(room), "x");
  CHECK(written == 200);
  clock.advance(30min); // some more of all rooms, and less than one of this
  alarms.clear();
  notes.add("mine", "x");
  CHECK(alarms == heard{"the room mine"});
  CHECK(written == 200);
  notes.add("another", "x");
  CHECK(written == 201);
}

TEST_CASE("one account that changes itself again and again hides nobody else's changes") {
  testing::manual_clock clock;
  heard written;
  heard alarms;
  audit_notes notes(
      clock, [&](std::string text) { written.push_back(std::move(text)); },
      [&](const std::string& whose, const std::string&) { alarms.push_back(whose); });
  for (int n = 0; n < 25; ++n)
    notes.add_own("01", "mal", "mal");
  CHECK(written.size() == audit_notes::of_room.count);
  CHECK(alarms == heard(5, "mal"));
  notes.add_own("02", "alice", "alice");
  notes.add("01", "a room of that name");
  CHECK(written.back() == "a room of that name");
  CHECK(written[20] == "alice");
  clock.advance(24h);
  for (int account = 0; account < 2'000; ++account)
    notes.add_own(std::to_string(account), "x", "x");
  CHECK(written.size() == 22 + audit_notes::of_all.count); // however many there are
}
