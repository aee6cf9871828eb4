// What a room keeps in view.
#include "domain/pins.hpp"

#include "unit/domain/moderated_world.hpp"

#include <string>

using namespace asio_chat;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;

namespace {

struct world : moderated_world {
  person& olga = known("olga", role::op);
  person& alice = known("alice");

  void pin(person& p, std::uint64_t offset, const std::string& id) {
    hub.dispatch(*p.self, {{}, id, requests::pin{{{offset, 0}, {}, id}}});
    run();
  }
  void unpin(person& p, std::uint64_t offset, const std::string& id) {
    hub.dispatch(*p.self, {{}, id, requests::unpin{{{offset, 0}, {}, id}}});
    run();
  }
};

} // namespace

TEST_CASE("a pin is an entry that all hear, and /pins shows what is pinned") {
  world w;
  CHECK(w.say(w.alice, "/pins") == lines{"nothing is pinned here"});
  w.say(w.alice, "rules:\nbe kind");
  w.say(w.alice, "tea?");
  w.settle();
  w.type(w.olga, "/pin @1", {}, "r");
  w.run();
  CHECK(w.olga.news() ==
        heard{"lobby@3 olga* pinned a message of alice (pins 1)", "ack r lobby@3"});
  CHECK(w.alice.news() == heard{"lobby@3 olga* pinned a message of alice (pins 1)"});
  w.say(w.olga, "/pin -1"); // the newest, whoever has said it
  CHECK(w.say(w.alice, "/pins") ==
        lines{"@1 alice: rules: be kind (pinned by olga)", "@2 alice: tea? (pinned by olga)"});
  CHECK(w.alice.ear.last<reply>().items == lines{"@1", "@2"});
  w.settle();
  w.say(w.olga, "/unpin @1");
  CHECK(w.alice.news() == heard{"lobby@5 olga* unpinned a message of alice (unpins 1)"});
  CHECK(w.say(w.alice, "/pins") == lines{"@2 alice: tea? (pinned by olga)"});
  w.say(w.olga, "/unpin"); // the one that was pinned last
  CHECK(w.say(w.alice, "/pins") == lines{"nothing is pinned here"});
}

TEST_CASE("lines of the server are meant by their number alone") {
  world w;
  person& boss = w.known("boss", role::owner);
  w.say(w.alice, "tea?");
  w.say(boss, "/slow 2"); // the server says so
  w.say(boss, "/slow 0");
  w.settle();
  w.say(w.olga, "/pin");
  w.say(w.olga, "/reply yes");
  w.say(w.olga, "/react +1");
  CHECK(w.alice.news() == heard{"lobby@4 olga* pinned a message of alice (pins 1)",
                                "lobby@5 olga: yes (answers 1)", "lobby@6 olga* +1 (reacts to 1)"});
  w.say(w.olga, "/pin @2");
  CHECK(w.say(w.olga, "/pins").size() == 2);
}

TEST_CASE("who may not pin is told so, and what cannot be pinned is refused") {
  world w;
  w.say(w.alice, "tea?");
  for (const char* line : {"/pin", "/pin @1", "/unpin @1"})
    CHECK(w.say(w.alice, line) == lines{"you may not pin messages here"});
  CHECK(w.say(w.olga, "/unpin @1") == lines{"entry 1 is not pinned"});
  CHECK(w.say(w.olga, "/unpin") == lines{"lobby has 0 pins; /pins lists them"});
  CHECK(w.say(w.olga, "/pin @7") == lines{"lobby has no entry 7: its newest one is 1"});
  CHECK(w.say(w.olga, "/pin soon").front().ends_with("usage: /pin [WHICH]"));
  w.say(w.olga, "/pin @1");
  w.settle();
  CHECK(w.say(w.olga, "/pin @1") == lines{"entry 1 is pinned already, by olga"});
  CHECK(w.olga.ear.last<refused>().message.empty());
  CHECK(w.alice.news().empty());
  CHECK(w.say(w.olga, "/pin @2") == lines{"entry 2 is nothing that was said"});
  w.say(w.alice, "too much");
  w.say(w.alice, "/delete");
  CHECK(w.say(w.olga, "/pin @3") == lines{"what entry 3 said was destroyed"});
  CHECK(w.say(w.alice, "/pins") == lines{"@1 alice: tea? (pinned by olga)"});
}

TEST_CASE("a pin shows the newest edit, and goes with a deletion") {
  world w;
  w.say(w.alice, "te?");
  w.say(w.alice, "/edit tee?");
  w.say(w.olga, "/pin @1");
  CHECK(w.say(w.alice, "/pins") == lines{"@1 alice: tee? (pinned by olga)"});
  w.say(w.alice, "/edit @1 tea?");
  CHECK(w.say(w.alice, "/pins") == lines{"@1 alice: tea? (pinned by olga)"});
  w.say(w.olga, "/pin @4"); // what edits an entry stands for it
  CHECK(w.say(w.olga, "/pin @4") == lines{"entry 1 is pinned already, by olga"});
  w.say(w.alice, "/delete @1");
  CHECK(w.say(w.alice, "/pins") == lines{"nothing is pinned here"});
}

TEST_CASE("a room has so many pins and no more, each of another entry") {
  world w;
  for (std::size_t n = 1; n <= pins::most_in_a_room + 1; ++n)
    w.say(w.alice, "line " + std::to_string(n));
  for (std::size_t n = 1; n <= pins::most_in_a_room; ++n)
    w.say(w.olga, "/pin @" + std::to_string(n));
  CHECK(w.say(w.olga, "/pin @21") ==
        lines{"lobby has 20 pins, the most a room can have: /unpin one first"});
  CHECK(w.say(w.alice, "/pins").size() == pins::most_in_a_room);
  CHECK(w.say(w.olga, "/unpin -20").empty());
  CHECK(w.say(w.alice, "/pins").front() == "@2 alice: line 2 (pinned by olga)");
}

TEST_CASE("a pin that is sent again is there once, and does not come back after it was taken") {
  world w;
  w.say(w.alice, "tea?");
  w.settle();
  w.pin(w.olga, 1, "p1");
  w.pin(w.olga, 1, "p1");
  CHECK(w.olga.news() == heard{"lobby@2 olga* pinned a message of alice (pins 1)", "ack p1 lobby@2",
                               "ack again p1 lobby@2"});
  w.unpin(w.olga, 1, "u1");
  w.pin(w.olga, 1, "p1"); // late: it was taken since
  CHECK(w.say(w.alice, "/pins") == lines{"nothing is pinned here"});
  w.pin(w.olga, 1, "p2");
  w.unpin(w.olga, 1, "u1"); // as late
  CHECK(w.say(w.alice, "/pins") == lines{"@1 alice: tea? (pinned by olga)"});
}

TEST_CASE("what is so already counts as done, under whatever id it is sent again") {
  world w;
  person& otto = w.known("otto", role::op);
  w.say(w.alice, "tea?");
  w.pin(w.olga, 1, "p1");
  w.settle();
  w.pin(otto, 1, "o1");
  CHECK(otto.news() == heard{"ack again o1 lobby@2"});
  w.unpin(w.olga, 1, "u1");
  w.settle();
  w.unpin(w.olga, 1, "u1");
  w.unpin(w.olga, 1, "u2"); // by a client that has forgotten its id
  CHECK(w.olga.news() == heard{"ack again u1 lobby@3", "ack again u2 lobby@3"});
  w.unpin(otto, 1, "o2");
  CHECK(otto.news() == heard{"ack again o2 lobby@3"});
  CHECK(w.alice.news().empty());
  w.unpin(otto, 2, "o3"); // it never was
  CHECK(otto.news() == heard{"refused[o3] bad_arguments: entry 2 is not pinned"});
  CHECK(w.say(otto, "/unpin @1") == lines{"entry 1 is not pinned"});
  CHECK(otto.ear.last<refused>().message.empty());
}

TEST_CASE("an unpin that is not stored changes nothing, also once the author is forgotten") {
  world w;
  w.say(w.alice, "tea?");
  w.say(w.olga, "/pin @1");
  w.log.broken = fail(errc::storage_failed, "the disk is full");
  w.unpin(w.olga, 1, "u1");
  w.log.broken.reset();
  CHECK(w.say(w.alice, "/pins") == lines{"@1 alice: tea? (pinned by olga)"});
  w.unpin(w.olga, 1, "u1");
  CHECK(w.say(w.alice, "/pins") == lines{"nothing is pinned here"});
}

TEST_CASE("an unpin whose fact was not kept is done when it is sent again") {
  world w;
  w.say(w.alice, "tea?");
  w.pin(w.olga, 1, "p1");
  w.unpin(w.olga, 1, "u1");
  // The server ended between the entry and the fact.
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        room_facts about = w.hub.people().room_or_new("lobby");
        about.pins.push_back({1, {}, 1, "alice", "olga"});
        return std::vector{fact_of(about)};
      },
      [](const result<void>& r) { CHECK(r.has_value()); });
  w.run();
  w.settle();
  w.unpin(w.olga, 1, "u1");
  CHECK(w.olga.news() == heard{"ack again u1 lobby@3"});
  CHECK(w.say(w.alice, "/pins") == lines{"nothing is pinned here"});
}

TEST_CASE("a pin is told, whatever its id was used for before") {
  world w;
  w.say(w.alice, "tea?");
  w.say(w.alice, "coffee?");
  w.send(w.olga, "hm", "used");
  w.pin(w.olga, 1, "used");
  w.settle();
  w.pin(w.olga, 2, "used");
  w.unpin(w.olga, 2, "used");
  CHECK(w.alice.news() == heard{"lobby@5 olga* pinned a message of alice (pins 2)",
                                "lobby@6 olga* unpinned a message of alice (unpins 2)"});
}

TEST_CASE("/pins leaves out what members have said who are ignored") {
  world w;
  person& bob = w.known("bob");
  w.say(w.alice, "tea?");
  w.say(bob, "rude");
  w.say(w.olga, "/pin @1");
  w.say(w.olga, "/pin @2");
  w.say(w.alice, "/ignore bob");
  CHECK(w.say(w.alice, "/pins") == lines{"@1 alice: tea? (pinned by olga)"});
  CHECK(w.say(w.olga, "/pins").size() == 2);
}

TEST_CASE("what is no longer kept can be unpinned, and another log's entry is not shown for it") {
  world w;
  w.say(w.alice, "tea?");
  w.say(w.olga, "/pin @1");
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        room_facts about = *w.hub.people().room("lobby");
        about.pins.push_back({99, {}, 99, "carol", "olga"});
        about.pins.front().said -= std::chrono::seconds(1);
        return std::vector{fact_of(about)};
      },
      [](const result<void>& r) { CHECK(r.has_value()); });
  w.run();
  CHECK(w.say(w.alice, "/pins") == lines{"@1 alice: (no longer kept) (pinned by olga)",
                                         "@99 carol: (no longer kept) (pinned by olga)"});
  w.say(w.olga, "/unpin @99");
  CHECK(w.say(w.alice, "/pins").size() == 1);
}

TEST_CASE("what two say to each other has no pins") {
  world w;
  w.say(w.olga, "/msg alice psst");
  CHECK(w.say(w.alice, "/pins", "@olga").size() == 1);
  w.settle();
}

TEST_CASE("pins are among the facts of a room, and older facts have none") {
  room_facts about;
  about.name = "den";
  fact f = fact_of(about);
  f.value.resize(f.value.size() - std::string("1:0").size()); // as before there were pins
  CHECK(room_in(f).pins.empty());
  about.pins.push_back({41, wall_time(std::chrono::seconds(5)), 43, "alice", "olga"});
  const room_facts read = room_in(fact_of(about));
  REQUIRE(read.pins.size() == 1);
  CHECK(read.pins.front().offset == 41);
  CHECK(read.pins.front().said == about.pins.front().said);
  CHECK(read.pins.front().text_at == 43);
  CHECK(read.pins.front().from == "alice");
  CHECK(read.pins.front().by == "olga");
}
