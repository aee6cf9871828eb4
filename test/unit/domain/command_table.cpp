#include "domain/command_table.hpp"

#include "base/sanitize.hpp"
#include "support/catch.hpp"
#include "unit/domain/world.hpp"

#include <set>

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

TEST_CASE("a command is found by its name in any case") {
  for (const command_row& row : command_table()) {
    std::string shouted(row.name);
    for (char& c : shouted)
      c = static_cast<char>(c - 'a' + 'A');
    CHECK(find_command(row.name) == &row);
    CHECK(find_command(shouted) == &row);
  }
  for (const char* none : {"", "w", "whos", "who ", "/who", "eval"})
    CHECK(find_command(none) == nullptr);
}

TEST_CASE("the rows of the table are complete, and their names are different") {
  std::set<std::string_view> names;
  for (const command_row& row : command_table()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos);
    CHECK_FALSE(row.help.empty());
    CHECK(row.read != nullptr);
    if (row.needs_arguments) CHECK_FALSE(row.syntax.empty());
  }
}

TEST_CASE("/help is printed from the table: the listed rows, in their order") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/help", {}, "r");
  const auto answer = alice.ear.last<reply>();
  CHECK(answer.ref == "r");
  CHECK(answer.items == command_names());
  REQUIRE(answer.lines.size() == answer.items.size());
  std::size_t i = 0;
  for (const command_row& row : command_table()) {
    if (!row.listed) continue;
    const std::string& line = answer.lines[i++];
    CHECK(line.starts_with("/" + std::string(row.name) + " "));
    CHECK(line.find(row.syntax) != std::string::npos);
    CHECK(line.ends_with(row.help));
  }
  CHECK(i == answer.lines.size());
}

TEST_CASE("a member who knows one room only is not shown what needs several") {
  domain_world w;
  person& bob = w.in("bob", "lobby", false);
  w.type(bob, "/help");
  std::vector<std::string> expected;
  for (const command_row& row : command_table()) {
    if (row.listed && !row.needs_many_rooms) expected.emplace_back(row.name);
  }
  CHECK(bob.ear.last<reply>().items == expected);
  CHECK(expected.size() < command_names().size());
}

TEST_CASE("the columns of the table are checked before a row runs") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob", "lobby", false);
  alice.news();
  for (const command_row& row : command_table()) {
    const std::string line = "/" + std::string(row.name);
    INFO(line);
    if (row.needs_arguments) {
      for (const char* blank : {"", " ", " \t "}) {
        w.type(alice, line + blank, {}, "r");
        CHECK(alice.news() ==
              heard{"refused[r] bad_arguments: usage: " + line + " " + std::string(row.syntax)});
      }
    }
    if (row.needs_many_rooms) {
      w.type(bob, line + " den", {}, "r");
      CHECK(bob.news() == heard{"refused[r] not_available: " + line +
                                " is not available here: the text protocol has one room"});
    }
  }
  CHECK(w.hub.rooms().size() == 1);
}

TEST_CASE("C41: a command that is not in the table is refused, and nothing else happens") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob");
  alice.news();
  w.type(bob, "/;reboot now", {}, "r");
  w.run();
  CHECK(
      bob.news() ==
      heard{
          "refused[r] unknown_command: there is no command /;reboot; /help lists those there are"});
  CHECK(alice.news().empty());
}

TEST_CASE("C31 C32: of an unknown command little is shown, clean, and cut between characters") {
  domain_world w;
  person& alice = w.in("alice");
  for (const std::string& name :
       {std::string(60'000, 'x'), std::string("\xff\xfe\x1b[2J\r"), std::string("x") + [] {
          std::string umlauts;
          for (int i = 0; i < 100; ++i)
            umlauts += "ä";
          return umlauts;
        }()}) {
    w.type(alice, "/" + name);
    const std::string said = alice.ear.last<refused>().message;
    CHECK(said.size() < 100);
    CHECK(is_sanitized(said));
  }
}
