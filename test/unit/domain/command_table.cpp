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
    CHECK(row.cost > 0);
    CHECK(count_positions(row.arguments) <= max_positions);
    bool behind_key = false;
    for (const argument& a : row.arguments) {
      if (behind_key) CHECK_FALSE(a.key.empty());
      behind_key = !a.key.empty();
      if (a.kind == argument_kind::number) CHECK(a.min < a.max);
    }
  }
}

TEST_CASE("/help is printed from the table: the listed rows, in their order") {
  domain_world w;
  person& alice = w.in("alice");
  w.type(alice, "/help", {}, "r");
  const auto answer = alice.ear.last<reply>();
  CHECK(answer.ref == "r");
  CHECK(answer.items == command_names({}));
  REQUIRE(answer.lines.size() == answer.items.size());
  std::size_t i = 0;
  for (const command_row& row : command_table()) {
    if (!row.listed) continue;
    const std::string& line = answer.lines[i++];
    CHECK(line.starts_with(usage_of(describe(row)) + " "));
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
  CHECK(expected.size() < command_names({}).size());
}

TEST_CASE("room, right and arguments are checked before a request is carried out") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob", "lobby", false);
  alice.news();
  for (const command_row& row : command_table()) {
    const std::string line = "/" + std::string(row.name);
    INFO(line);
    const auto given = [](const argument& a) {
      return a.optional || a.kind == argument_kind::text;
    };
    if (!row.arguments.empty() && !given(row.arguments.front())) {
      for (const char* blank : {"", " ", " \t "}) {
        w.type(alice, line + blank, {}, "r");
        CHECK(alice.news() == heard{"refused[r] " + std::string(name_of(errc::bad_arguments)) +
                                    ": " + std::string(row.arguments.front().name) +
                                    " is missing; usage: " + usage_of(describe(row))});
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

TEST_CASE(
    "/help NAME explains one command: its usage, its arguments, in any spelling of its name") {
  domain_world w;
  person& alice = w.in("alice");
  for (const char* line : {"/help history", "/HELP /History"}) {
    w.type(alice, line, {}, "r");
    const auto answer = alice.ear.last<reply>();
    REQUIRE(answer.as<answers::command>() != nullptr);
    CHECK(answer.as<answers::command>()->about == describe(*find_command("history")));
    CHECK(answer.items == std::vector<std::string>{"history"});
    CHECK(answer.lines ==
          std::vector<std::string>{"/history [N]     show the last N lines of the room",
                                   "Where long lines do not fit into one answer, there are fewer.",
                                   "[N]: 1 to 200; 20 if it is left out"});
  }
  w.type(alice, "/help say", {}, "r"); // not in the list, and explained nevertheless
  CHECK(alice.ear.last<reply>().items == std::vector<std::string>{"say"});
}

TEST_CASE("/help with a name that is none is refused, and so it is where a command is of no use") {
  domain_world w;
  person& alice = w.in("alice");
  person& bob = w.in("bob", "lobby", false);
  w.settle();
  w.type(alice, "/help danse\x1b", {}, "r");
  CHECK(alice.news() == heard{"refused[r] unknown_command: there is no command /danse\uFFFD; /help "
                              "lists those there are"});
  w.type(bob, "/help join", {}, "r");
  CHECK(bob.news() == heard{"refused[r] unknown_command: there is no command /join; /help lists "
                            "those there are"});
}

TEST_CASE("a request is counted with its cost, refused or not") {
  domain_world w;
  person& alice = w.in("alice");
  const auto before = w.counters.request_cost;
  w.type(alice, "hello");
  CHECK(w.counters.request_cost == before + 1);
  w.type(alice, "/search tea");
  CHECK(w.counters.request_cost == before + 1 + find_command("search")->cost);
  w.type(alice, "/history", "den"); // not in that room
  w.run();
  CHECK(w.counters.request_cost ==
        before + 1 + find_command("search")->cost + find_command("history")->cost);
}

namespace {

constexpr argument secret_arguments[] = {
    {.name = "NAME", .kind = argument_kind::member},
    {.name = "PIN", .kind = argument_kind::number, .secret = true, .min = 1'000, .max = 9'999},
    {.name = "WORD", .optional = true, .secret = true}};

/// A row that no command is made of.
constexpr command_row secret_row{
    .name = "unlock",
    .arguments = secret_arguments,
    .help = "test",
    .read = [](const given_arguments& g, std::string&) -> requests::any {
      return requests::tell{std::string(g.at[0]),
                            std::to_string(g.number.value()) + "/" + std::string(g.at[2])};
    }};

std::string complaint(std::string_view typed) {
  std::string room;
  const auto r = read_arguments(secret_row, typed, room);
  const auto* why = std::get_if<requests::unreadable>(&r);
  return why ? why->why.message : "";
}

} // namespace

TEST_CASE("arguments are a word each, the last one is the rest of the line") {
  std::string room;
  const auto r = read_arguments(secret_row, "  bob\t1234\n \"open  sesame\" ", room);
  CHECK(std::get<requests::tell>(r).to == "bob");
  CHECK(std::get<requests::tell>(r).text == "1234/open  sesame");
  CHECK(std::get<requests::tell>(read_arguments(secret_row, "bob 9999", room)).text == "9999/");
}

TEST_CASE(
    "behind a command without arguments nothing stands, so that none does what was not meant") {
  std::string room;
  for (const char* name : {"logout", "tls", "head", "rights", "pins"}) {
    CAPTURE(name);
    const auto r = read_arguments(*find_command(name), "2", room);
    REQUIRE(std::holds_alternative<requests::unreadable>(r));
    CHECK(std::get<requests::unreadable>(r).why.message ==
          fmt::format("/{0} takes no argument; usage: /{0}", name));
    CHECK_FALSE(std::holds_alternative<requests::unreadable>(
        read_arguments(*find_command(name), "", room)));
  }
  // Who leaves may say why, as on IRC.
  CHECK_FALSE(std::holds_alternative<requests::unreadable>(
      read_arguments(*find_command("quit"), "bye", room)));
}

TEST_CASE("a refusal names the argument that is missing or wrong, and quotes no secret") {
  const std::string usage = "; usage: /unlock NAME PIN [WORD]";
  CHECK(complaint("") == "NAME is missing" + usage);
  CHECK(complaint("bob") == "PIN is missing" + usage);
  for (const char* wrong : {"bob 0999", "bob 10000", "bob hunter2", "bob -1", "bob 12x secret"})
    CHECK(complaint(wrong) == "PIN must be a number from 1000 to 9999" + usage);
  CHECK(describe(secret_row).arguments[1].secret);
}
