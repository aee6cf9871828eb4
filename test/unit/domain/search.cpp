// /search and its answers.

#include "domain/search_line.hpp"

#include "base/sanitize.hpp"
#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <algorithm>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::domain_world;
using test::heard;
using test::person;

using words = std::vector<std::string>;

namespace {

search_query parsed(std::string_view line) {
  const auto q = parse_search_line(line);
  REQUIRE(q.has_value());
  return *q;
}

std::string complaint(std::string_view line) {
  const auto q = parse_search_line(line);
  REQUIRE_FALSE(q.has_value());
  CHECK(q.error().code == errc::bad_arguments);
  return q.error().message;
}

wall_time at(std::string_view day, std::chrono::minutes time = {}) {
  return parsed(std::string("x after:").append(day)).since.value() + time;
}

} // namespace

TEST_CASE("a search has words, and parts with a name, in any order") {
  const auto q =
      parsed(" green\tfrom:Alice TEA  in:#den\nbefore:2026-11-22 after:2026-11-21T10:07 ");
  CHECK(q.words == words{"green", "tea"});
  CHECK(q.from == "Alice");
  CHECK(q.room == "#den");
  CHECK(q.since == wall_time(1'795'255'620s));
  CHECK(q.until == wall_time(1'795'305'600s));
  const auto bare = parsed("tea");
  CHECK_FALSE(bare.from);
  CHECK_FALSE(bare.since);
  CHECK_FALSE(bare.until);
  CHECK(bare.room.empty());
  CHECK(parsed("FROM:bob").words.empty());
  CHECK(parsed("from:bob from:carol").from == "carol");
}

TEST_CASE("quotes and unknown names of parts are words, or between words") {
  CHECK(parsed("\"green tea\"").words == words{"green", "tea"});
  CHECK(parsed("note:this").words == words{"note", "this"});
  CHECK(parsed("https://example.org :x").words == words{"example", "https", "org", "x"});
}

TEST_CASE("dates are days or minutes that the calendar has") {
  CHECK(at("1970-01-01") == wall_time());
  CHECK(at("2024-02-29T23:59") == at("2024-03-01", -1min));
  for (const char* bad :
       {"", "2026", "2026-13-01", "2026-00-10", "2026-02-29", "2026-11-31", "26-11-21",
        "2026-11-21T", "2026-11-21T1", "2026-11-21T24:00", "2026-11-21T10:60", "2026-11-21 10:07",
        "2026-11-21T10.07", "2026/11/21", "2026-1-021", "yesterday", "2026-11-21T10:07:00",
        "-026-11-21", "+026-11-21"}) {
    INFO(bad);
    if (std::string_view(bad).find(' ') != std::string_view::npos) continue;
    CHECK(complaint(std::string("tea before:") + bad) ==
          "'before:" + std::string(bad) +
              "' is not a date: write before:2026-11-21 or before:2026-11-21T10:07 (UTC)");
  }
  CHECK(complaint("After:now").starts_with("'After:now' is not a date: write after:2026-"));
}

TEST_CASE("a search without words is refused with an example") {
  for (const char* nothing : {"", " \t", "?!", "in:den", "before:2026-11-21 ..."})
    CHECK(complaint(nothing).find("nothing to look for") != std::string::npos);
  CHECK(complaint("tea from:") == "'from:' is not a member: write from:NAME");
  CHECK(complaint("tea in:") == "'in:' is not a room: write in:ROOM");
  CHECK(complaint("before:" + std::string(5'000, 'x')).size() < 150);
}

TEST_CASE("/search finds words, authors and times in the room, the newest last") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  w.clock.set_wall(at("2026-11-21", 10h + 7min) + 12'345ms);
  w.type(alice, "green tea?");
  w.clock.advance(1h);
  w.type(bob, "/me drinks\tTea\nwith milk");
  w.clock.advance(24h);
  w.type(alice, "/topic tea at five");
  w.type(bob, "no more");
  w.settle();

  w.type(alice, "/search tea", {}, "r");
  CHECK(alice.news().empty()); // the journal answers later
  w.run();
  const auto all = alice.ear.last<reply>();
  CHECK(all.ref == "r");
  CHECK(all.command == "search");
  CHECK(all.lines == words{"@1 [2026-11-21 10:07:12 UTC] alice: green tea?",
                           "@2 [2026-11-21 11:07:12 UTC] ~ bob drinks Tea / with milk",
                           "@4 [2026-11-22 11:07:12 UTC] * alice set the topic: tea at five"});
  CHECK(all.items.empty());

  const auto found = [&](std::string_view line) {
    w.type(alice, std::string("/search ").append(line));
    w.run();
    return alice.ear.last<reply>().lines.size();
  };
  CHECK(found("tea from:BOB") == 1);
  CHECK(found("tea after:2026-11-21T11:07 before:2026-11-22") == 1);
  CHECK(found("tea before:2026-11-22") == 2);
  CHECK(found("from:bob") == 2);
  CHECK(bob.news().empty()); // only alice gets the answer
  w.type(alice, "/topic -");
  CHECK(found("from:alice") == 3);
  CHECK(alice.ear.last<reply>().lines.back().ends_with("* alice removed the topic"));
  w.type(alice, "/search coffee");
  w.run();
  CHECK(alice.ear.last<reply>().lines == words{"nothing like that was said in lobby"});
}

TEST_CASE("/search looks into rooms that one is in") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob", "den");
  w.type(bob, "green tea", "den");
  w.settle();
  w.type(alice, "/search tea in:den", {}, "r");
  w.type(alice, "/search tea in:#nowhere", {}, "r");
  w.run();
  CHECK(alice.news() ==
        heard{"refused[r] not_in_room: you are not in den; /join den first",
              "refused[r] not_in_room: you are not in nowhere; /join nowhere first"});
  w.type(alice, "/join den");
  w.settle();
  for (const char* line : {"/search tea in:den", "/search tea in:#DEN"}) {
    w.type(alice, line);
    w.run();
    CHECK(alice.ear.last<reply>().lines.size() == 1);
    CHECK(alice.ear.last<reply>().lines.front().ends_with("bob: green tea"));
  }
  w.type(bob, "/search tea", "den"); // the room that the line was typed in
  w.run();
  CHECK(bob.ear.last<reply>().lines.size() == 1);
}

TEST_CASE("/search gives the newest fifty, cut to lines, and says that there are more") {
  domain_world w;
  person& alice = w.in("alice");
  for (int i = 1; i <= 51; ++i)
    w.type(alice, "tea " + std::to_string(i) + " " + std::string(8'000, '"'));
  w.settle();
  w.type(alice, "/search tea");
  w.run();
  const auto answer = alice.ear.last<reply>();
  REQUIRE(answer.lines.size() == 51);
  CHECK(answer.lines.front().find("alice: tea 2 ") != std::string::npos);
  CHECK(answer.lines.front().ends_with("\" …"));
  CHECK(answer.lines.back() == "these are the newest 50; before: finds older ones");
  std::size_t bytes = 0;
  for (const std::string& line : answer.lines)
    bytes += line.size();
  CHECK(bytes < 25'000);
}

TEST_CASE("/search says that older entries cannot be found while the index is rebuilt") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "green tea");
  w.settle();
  w.log.index_incomplete = true;
  const std::string line =
      "the search index is being rebuilt: some older entries cannot be found yet";
  w.type(alice, "/search tea");
  w.run();
  CHECK(alice.ear.last<reply>().lines.size() == 2);
  CHECK(alice.ear.last<reply>().lines.back() == line);
  w.type(alice, "/search coffee");
  w.run();
  CHECK(alice.ear.last<reply>().lines == words{"nothing like that was said in lobby", line});
}

TEST_CASE("/search answers clean text to whatever was asked, and tells that the journal failed") {
  domain_world w;
  person& alice = w.in("alice");
  w.settle();
  w.type(alice, "/search before:\xff\x1b[31m");
  CHECK(is_sanitized(alice.ear.last<refused>().message));
  w.settle();
  w.log.broken = fail(errc::storage_failed, "no room on the disk");
  w.type(alice, "/search tea", {}, "r");
  w.run();
  CHECK(alice.news() == heard{"refused[r] storage_failed: no room on the disk"});
}

TEST_CASE("a member who leaves before a search is answered is not answered") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/search tea");
  w.leave(alice);
  alice.ear.events.clear();
  w.run();
  CHECK(alice.ear.events.empty());
}
