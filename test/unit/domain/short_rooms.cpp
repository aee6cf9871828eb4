// Rooms that keep less than the server would: who chooses it, and what becomes of the rest.
#include "domain/short_rooms.hpp"

#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/kept_facts.hpp"
#include "unit/domain/moderated_world.hpp"

#include <fmt/format.h>

#include <string>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::kept_facts;
using test::lines;
using test::moderated_world;
using test::person;

namespace {

struct short_world : moderated_world {
  explicit short_world(limits l = without_history(), people_store* facts = nullptr)
      : moderated_world(l, {}, facts) {
    hub.limit({}, time, false);
  }
  void talk(person& p, int from, int to, std::string_view room = "den") {
    for (int i = from; i <= to; ++i)
      type(p, std::to_string(i), room);
    run();
  }
  void pass(std::chrono::milliseconds by) {
    clock.advance(by);
    time.advance(by);
    run();
  }
  std::size_t kept(const std::string& room = "den") {
    std::size_t n = 0;
    memory.read(room, {{log_range::side::after, {}, 10'000}},
                [&](const auto& p) { n = p.value().entries.size(); });
    run();
    return n;
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
};

} // namespace

TEST_CASE("the owner of a room chooses how much it keeps, and what falls out goes piece by piece") {
  short_world w;
  person& carl = w.known("carl", role::member, "den");
  w.talk(carl, 1, 300);
  CHECK(w.say(carl, "/retention", "den") ==
        lines{"den keeps as much as the server does: at most 1000000 messages"});
  CHECK(w.say(carl, "/retention 100 messages", "den") ==
        lines{"you have let this room keep at most 100 messages",
              "what falls out is destroyed from now on, and cannot come back"});
  CHECK(w.log.trims_asked == 4); // 64 at a time
  CHECK(w.kept() == 100);
  CHECK(w.say(carl, "/retention", "den") ==
        lines{"den keeps at most 100 messages; the server: at most 1000000 messages"});
  w.talk(carl, 301, 310);
  w.pass(1min);
  CHECK(w.kept() == 100);
  CHECK(w.memory_head("den") == 311); // with what the server has said
  CHECK(w.say(carl, "/retention 100 messages", "den") ==
        lines{"den keeps at most 100 messages already"});
}

TEST_CASE("what is older than a room keeps goes within a minute or so, and no sooner") {
  short_world w;
  person& carl = w.known("carl", role::member, "den");
  w.talk(carl, 1, 3);
  w.say(carl, "/retention 2d", "den");
  w.pass(47h);
  const std::size_t all = w.kept();
  CHECK(all == 4);
  w.talk(carl, 4, 4);
  w.pass(59min);
  CHECK(w.kept() == all + 1);
  w.clock.set_wall(w.clock.wall_now() - 24h * 30); // destroys nothing early
  w.pass(1h);
  CHECK(w.kept() == all + 1);
  w.clock.set_wall(w.clock.wall_now() + 24h * 30);
  w.pass(2min);
  CHECK(w.kept() == 1);
  CHECK(w.say(carl, "/retention 1000 messages", "den").front() ==
        "you have let this room keep at most 1000 messages");
  CHECK(w.say(carl, "/retention", "den")
            .front()
            .starts_with("den keeps messages for 2d, at most 1000 of them; the server: "));
  CHECK(w.say(carl, "/retention off", "den") ==
        lines{"you have let this room keep as much as the server does: at most 1000000 messages"});
  CHECK(w.say(carl, "/retention off", "den") ==
        lines{"den keeps as much as the server does already: at most 1000000 messages"});
  const std::size_t asked = w.log.trims_asked;
  w.pass(24h * 3);
  CHECK(w.log.trims_asked == asked);
}

TEST_CASE("owners alone choose it, no more than the server keeps, and bad values are refused") {
  limits l = short_world::without_history();
  l.room_entries = 5'000;
  l.room_age = 24h * 30;
  short_world w(l);
  person& carl = w.known("carl", role::member, "den");
  person& dora = w.known("dora", role::member, "den");
  w.say(carl, "/op dora", "den");
  CHECK(w.say(dora, "/retention 2d", "den") ==
        lines{"you may not choose how much the room keeps here"});
  CHECK(w.say(dora, "/retention off", "den") ==
        lines{"you may not choose how much the room keeps here"});
  CHECK(w.say(dora, "/retention", "den") ==
        lines{"den keeps as much as the server does: messages for 30d, at most 5000 of them"});
  CHECK(w.say(carl, "/retention 31d", "den") == lines{"the server keeps messages for 30d at most"});
  CHECK(w.say(carl, "/retention 5001 messages", "den") ==
        lines{"the server keeps 5000 messages of a room at most"});
  for (const char* const bad : {"1h", "23h", "99 messages", "100", "100 days", "0 messages", "1d x",
                                "off x", "2000000000 messages", "x", "-5d"}) {
    CAPTURE(bad);
    CHECK(w.say(carl, fmt::format("/retention {}", bad), "den")
              .front()
              .starts_with("say /retention 30d (a day to ten years), /retention 10000 messages"));
  }
  CHECK(w.say(carl, "/retention 30d", "den").front().starts_with("you have let"));
}

TEST_CASE("it is told in the room, and noted") {
  short_world w;
  person& carl = w.known("carl", role::member, "den");
  person& olga = w.known("olga", role::op);
  w.hub.join(*olga.self, "audit", "").value();
  w.hub.join(*olga.self, "den", "").value();
  w.settle();
  w.say(carl, "/retention 30d", "den");
  w.run();
  std::string said;
  for (const entry& e : olga.ear.all<entry>())
    said += e.room + ": " + e.text + "\n";
  CHECK(said.find("den: carl has let this room keep messages for 30d\n") != said.npos);
  CHECK(said.find("audit: carl has let this room keep messages for 30d in den\n") != said.npos);
}

TEST_CASE(
    "a room goes on being trimmed after a restart, and a journal that fails is told of once") {
  kept_facts disk;
  {
    short_world w(short_world::without_history(), &disk);
    w.say(w.known("carl", role::member, "den"), "/retention 100 messages", "den");
  }
  short_world w(short_world::without_history(), &disk);
  person& olga = w.known("olga", role::op);
  w.hub.join(*olga.self, "audit", "").value();
  person& gus = w.come("gus", "den");
  w.talk(gus, 1, 250);
  w.settle();
  CHECK(w.kept() == 250);
  w.log.broken = fail(errc::storage_failed, "the disk is full");
  w.pass(1min);
  w.log.broken.reset();
  w.pass(1min);
  CHECK(w.kept() == 100);
}

TEST_CASE("at the end the journal is asked for nothing more, and the next start goes on") {
  short_world w;
  person& carl = w.known("carl", role::member, "den");
  w.say(carl, "/retention 100 messages", "den");
  w.talk(carl, 1, 400);
  const std::size_t asked = w.log.trims_asked;
  w.hub.short_rooms().changed("den"); // the first piece is under way
  CHECK(w.log.trims_asked == asked + 1);
  w.hub.rest();
  w.run();
  w.hub.short_rooms().changed("den");
  w.run();
  CHECK(w.log.trims_asked == asked + 1);
  CHECK(w.kept() > 100);
}

TEST_CASE("what is left of a retention is a sentence") {
  CHECK(retention_text(0, 0ms) == "messages for ever");
  CHECK(retention_text(7, 0ms) == "at most 7 messages");
  CHECK(retention_text(0, 24h * 30) == "messages for 30d");
  CHECK(retention_text(7, 24h * 30) == "messages for 30d, at most 7 of them");
}
