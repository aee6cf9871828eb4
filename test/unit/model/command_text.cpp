#include "model/command_text.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

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
