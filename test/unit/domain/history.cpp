#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using test::domain_world;
using test::person;
using test::recording_sink;

TEST_CASE("/history shows the last lines of the room, oldest first") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/history", "", "r0");
  for (int n = 1; n <= 30; ++n)
    w.type(alice, "line " + std::to_string(n));
  w.run();
  CHECK(alice.ear.last<reply>().lines == std::vector<std::string>{"nothing was said here yet"});
  w.type(alice, "/history", "", "r1");
  w.run();
  const reply usual = alice.ear.last<reply>();
  CHECK(usual.ref == "r1");
  CHECK(usual.command == "history");
  REQUIRE(usual.lines.size() == 20);
  CHECK(usual.lines.front() == "@11 [2019-12-20 00:00:00 UTC] alice: line 11");
  CHECK(usual.lines.back() == "@30 [2019-12-20 00:00:00 UTC] alice: line 30");
  w.type(alice, "/history 2");
  w.run();
  CHECK(alice.ear.last<reply>().lines.size() == 2);
}

TEST_CASE("/history says so when one answer does not hold what was asked for") {
  domain_world w;
  person& alice = w.in("alice");
  const std::string long_line(6'870, 'x'); // four of them, with what is counted for each: 28,000
  for (int n = 1; n <= 6; ++n)
    w.type(alice, long_line + std::to_string(n));
  w.type(alice, "/history 3");
  w.run();
  CHECK(alice.ear.last<reply>().lines.size() == 3);
  w.type(alice, "/history 200");
  w.run();
  const std::vector<std::string> shown = alice.ear.last<reply>().lines;
  CHECK(shown.front() == "these are the last 3 of the 200 asked for");
  REQUIRE(shown.size() == 4);
  CHECK(shown[1].ends_with("x4"));
  CHECK(shown[3].ends_with("x6"));
}

TEST_CASE("/history keeps the newest lines where line ends make them longer than their texts") {
  domain_world w;
  person& alice = w.in("alice");
  std::string many_lines = "x";
  for (int n = 0; n < 600; ++n)
    many_lines += "\nx";
  for (int n = 1; n <= 20; ++n)
    w.type(alice, many_lines + std::to_string(n));
  w.type(alice, "/history");
  w.run();
  const std::vector<std::string> shown = alice.ear.last<reply>().lines;
  std::size_t bytes = 0;
  for (const std::string& line : shown)
    bytes += line.size();
  CHECK(bytes < 28'000);
  CHECK(shown.front() ==
        fmt::format("these are the last {} of the 20 asked for", shown.size() - 1));
  CHECK(shown.back().ends_with(" / x20"));
}

TEST_CASE("/history with what is no number of lines, or in no room, is refused") {
  domain_world w;
  person& alice = w.in("alice");
  for (const char* line : {"/history 0", "/history 201", "/history x", "/history 5 6",
                           "/history -1", "/history 99999999999999999999"}) {
    w.type(alice, line);
    w.run();
    const std::string_view typed = std::string_view(line).substr(9);
    CHECK(alice.ear.last<refused>().message ==
          fmt::format("N must be a number from 1 to 200 and is '{}'; usage: /history [N]", typed));
  }
  w.type(alice, "/history", "den");
  CHECK(alice.ear.last<refused>().code == errc::not_in_room);
}

TEST_CASE("/head tells the line that names the history, or that there is none") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/head");
  CHECK(alice.ear.last<refused>().code == errc::not_available);
  w.log.head_line = "7-of-it";
  w.type(alice, "said before", "lobby");
  w.type(alice, "/head");
  CHECK(alice.ear.all<reply>().empty()); // not before what was said is in it
  w.run();
  CHECK(alice.ear.last<reply>().lines == std::vector<std::string>{"7-of-it"});
}
