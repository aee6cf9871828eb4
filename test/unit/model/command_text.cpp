#include "model/command_text.hpp"

#include "support/catch.hpp"
#include "unit/base/random_text.hpp"

using namespace asio_chat;

namespace {

void check(std::string_view line, std::string_view name, std::string_view arguments) {
  INFO(line);
  const parsed_line c = parse_command_line(line);
  CHECK(c.name == name);
  CHECK(c.arguments == arguments);
}

} // namespace

TEST_CASE("the usage of a command shows what may be left out in brackets") {
  command_info c{"find", {}, "", ""};
  CHECK(usage_of(c) == "/find");
  c.arguments = {{"WORDS", argument_kind::query}, {"NAME", argument_kind::member, "from", true}};
  CHECK(usage_of(c) == "/find WORDS [from:NAME]");
  CHECK(syntax_of(c.arguments) == "WORDS [from:NAME]");
}

TEST_CASE("each kind of argument has a name of its own") {
  for (const auto kind :
       {argument_kind::word, argument_kind::text, argument_kind::number, argument_kind::room,
        argument_kind::member, argument_kind::command, argument_kind::query, argument_kind::date})
    CHECK(find_argument_kind(name_of(kind)) == kind);
  CHECK_FALSE(find_argument_kind("colour"));
}

TEST_CASE("of a line with a secret argument nothing is shown but the command") {
  const std::vector<command_info> commands{
      {"who", {{"NAME", argument_kind::member}}, "", ""},
      {"unlock", {{"NAME"}, {"PIN", argument_kind::number, "", false, true}}, "", ""}};
  CHECK(without_secrets("/who bob", commands) == "/who bob");
  CHECK(without_secrets("hello 1234", commands) == "hello 1234");
  CHECK(without_secrets(" /Unlock bob 1234", commands) == "/Unlock ***");
  CHECK(without_secrets("/unlock 1234", commands) == "/unlock ***"); // in the wrong place
  CHECK(without_secrets("/unlock\t1234", commands) == "/unlock ***");
  CHECK(without_secrets("/unlock", commands) == "/unlock");
  CHECK(without_secrets("/unlocked 1234", commands) == "/unlocked 1234");
}

TEST_CASE("the name of a room is no secret, and what is behind it is") {
  command_info join{"join", {}, {}, {}};
  join.arguments = {{"ROOM", argument_kind::room}, {"KEY"}};
  join.arguments[1].optional = join.arguments[1].secret = true;
  const std::vector<command_info> commands{join};
  CHECK(without_secrets(" /join den ", commands) == "/join den");
  CHECK(without_secrets("/join", commands) == "/join");
  CHECK(without_secrets("/join den open", commands) == "/join ***");
  CHECK(without_secrets("/join \"open den\"", commands) == "/join ***");
}

TEST_CASE("a line is split at white space, and its last argument is all the rest") {
  CHECK(split_arguments(" a  b\tc ", 1)[0] == "a  b\tc");
  const auto two = split_arguments("a  b\tc ", 2);
  CHECK(two[0] == "a");
  CHECK(two[1] == "b\tc");
  const auto three = split_arguments("a", 3);
  CHECK(three[0] == "a");
  CHECK(three[1].empty());
  CHECK(three[2].empty());
  CHECK(split_arguments("a b", 0)[0].empty());
}

TEST_CASE("a secret of several words stands in quotes that end before a blank") {
  const auto three =
      split_arguments("alice \"it's \"two\"s words\"  123 456", 3, {false, true, true});
  CHECK(three[0] == "alice");
  CHECK(three[1] == "\"it's \"two\"s words\"");
  CHECK(three[2] == "123 456");
  CHECK(split_arguments("\"two words\" x", 2)[0] == "\"two");
  CHECK(unquoted(three[1]) == "it's \"two\"s words");
  CHECK(unquoted("") == "");
  CHECK(unquoted("\"\"") == "");
  CHECK(unquoted("a\"b") == "a\"b");
  for (const char* const bad :
       {"two words", "\"", "\"two words", "\"two\" words", "\"two\" words\""})
    CHECK_FALSE(unquoted(bad));
  for (const char* const good :
       {"word", "two words", "\"", "\"word", "\"word\"", "two \"words\""}) {
    CHECK(can_be_quoted(good));
    const std::string typed = quoted(good) + " rest";
    CHECK(unquoted(split_arguments(typed, 2, {true, false})[0]) == good);
  }
  CHECK_FALSE(can_be_quoted("two\" words"));
  CHECK(quoted("word") == "word");
}

TEST_CASE("a line without a slash is a message") {
  check("hello", "say", "hello");
  check("  padded\t\r\n", "say", "padded");
  check("two\nlines", "say", "two\nlines");
  check("", "say", "");
  check(" / ", "", ""); // trimmed first: a slash and nothing else
  check("not /who", "say", "not /who");
}

TEST_CASE("a slash begins a command, and two slashes say one") {
  check("/who", "who", "");
  check("/QuIt", "QuIt", "");
  check("/nick bob", "nick", "bob");
  check("/nick   bob  ", "nick", "bob");
  check("/msg bob\thi  there", "msg", "bob\thi  there");
  check("/me\nwaves", "me", "waves");
  check("/", "", "");
  check("/ who", "", "who");
  check("//who", "say", "/who");
  check("// spaced", "say", "/ spaced");
  check("///", "say", "//");
}

TEST_CASE("C41 C54: nothing that is typed is taken apart further, or evaluated") {
  check("/rm -rf / ; reboot", "rm", "-rf / ; reboot");
  check("/$(reboot)", "$(reboot)", "");
  check("/%n%s {0} `x`", "%n%s", "{0} `x`");
  check("$(reboot)", "say", "$(reboot)");
}

TEST_CASE("the parts of any line are parts of that line") {
  std::mt19937 random(6);
  for (int i = 0; i < 20'000; ++i) {
    const std::string line = (i % 2 ? "/" : "") + test::random_bytes(random, 30);
    const parsed_line c = parse_command_line(line);
    REQUIRE((c.name == "say" || line.find(c.name) != std::string::npos));
    REQUIRE(line.find(c.arguments) != std::string::npos);
    REQUIRE(c.name.find_first_of(" \t\n") == std::string_view::npos);
  }
}
