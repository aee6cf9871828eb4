#include "completion.hpp"

#include "domain/command_table.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {
const vocabulary words{
    {"who", "join", "me", "msg", "quit"}, {"alice", "Albert", "bob"}, {"lobby", "den"}};
}

TEST_CASE("asio-chat completion: one choice is completed, with what belongs behind it") {
  CHECK(complete("/w", words).text == "who ");
  CHECK(complete("/w", words).replaced == 1);
  CHECK(complete("b", words).text == "bob: ");
  CHECK(complete("hi B", words).text == "bob ");
  CHECK(complete("/join d", words).text == "den ");
  CHECK(complete("/msg bo", words).text == "bob ");
}

TEST_CASE("asio-chat completion: several choices go as far as they agree") {
  const completion m = complete("/m", words);
  CHECK(m.text == "m");
  CHECK(m.choices == std::vector<std::string>{"me", "msg"});
  const completion a = complete("A", words);
  CHECK(a.text == "Al");
  CHECK(a.choices.size() == 2);
  CHECK(complete("", words).choices.size() == 3);
  const vocabulary cyrillic{
      {}, {"Юлия", "Юмор"}, {}}; // the second letters begin with the same byte
  CHECK(complete("Ю", cyrillic).text == "Ю");
  CHECK(complete("Юл", cyrillic).text == "Юлия: ");
}

TEST_CASE("asio-chat completion: no choice changes nothing") {
  const completion c = complete("hi xyz", words);
  CHECK(c.text == "xyz");
  CHECK(c.replaced == 3);
  CHECK(c.choices.empty());
  CHECK(complete("hi /w", words).choices.empty());
}

TEST_CASE("asio-chat completion: an argument is completed by what it is") {
  using asio_chat::argument_kind;
  vocabulary v = words;
  v.names.emplace_back("den-mother");
  v.syntax = {{"join", {{"ROOM", argument_kind::room}}, "", ""},
              {"nick", {{"NAME", argument_kind::word}}, "", ""},
              {"quit", {}, "", ""},
              {"help", {{"NAME", argument_kind::command}}, "", ""},
              {"msg", {{"NAME", argument_kind::member}, {"TEXT", argument_kind::text}}, "", ""},
              {"move", {{"NAME", argument_kind::member}, {"ROOM", argument_kind::room}}, "", ""},
              {"search",
               {{"WORDS", argument_kind::query},
                {"NAME", argument_kind::member, "from", true},
                {"ROOM", argument_kind::room, "in", true},
                {"DATE", argument_kind::date, "after", true}},
               "",
               ""}};
  CHECK(complete("/JOIN d", v).text == "den ");
  CHECK(complete("/msg bo", v).text == "bob ");
  CHECK(complete("/msg bob al", v).choices.size() == 2);
  CHECK(complete("/msg bob hello bo", v).text == "bob ");
  CHECK(complete("/move al", v).text == "al");
  CHECK(complete("/move  alice  d", v).text == "den ");
  CHECK(complete("/help wh", v).text == "who ");
  CHECK(complete("/help /wh", v).text == "who ");
  CHECK(complete("/help /wh", v).replaced == 2);
  CHECK(complete("/search tea from:bo", v).text == "bob ");
  CHECK(complete("/search tea from:bo", v).replaced == 2);
  CHECK(complete("/search IN:d", v).text == "den ");
  CHECK(complete("/search after:b", v).text == "b");
  CHECK(complete("/nick bo", v).text == "bo");
  CHECK(complete("/quit bo", v).text == "bo");
  CHECK(complete("/unknown bo", v).text == "bob ");
  // There is no second room to join.
  CHECK(complete("/join lobby ", v).choices.empty());
  CHECK(complete("/join lobby d", v).text == "d");
  CHECK(complete("/join lobby d", words).text == "d");
}

TEST_CASE("asio-chat completion: arguments that only the client knows, also behind the first") {
  vocabulary v{{"who"}, {"bob"}, {"den"}};
  using asio_chat::argument_kind;
  v.syntax = {{"bind", {{"KEY", argument_kind::word}, {"ACTION", argument_kind::text}}, "", ""}};
  v.choices = {{"bind ACTION", {"next-unread", "/who"}}};
  CHECK(complete("/bind F5 ne", v).text == "next-unread ");
  CHECK(complete("/bind F5 /w", v).text == "/who ");
  CHECK(complete("/bind ne", v).text == "ne");
  CHECK(complete("/bind F5 /say bo", v).text == "bob ");
}

TEST_CASE("asio-chat completion: a room is named behind its sign") {
  CHECK(complete("#de", {{}, {"dean"}, {"den"}}).text == "den ");
  CHECK(complete("see #de", {{}, {"dean"}, {"den"}}).text == "den ");
  CHECK(complete("see #de", {{}, {"dean"}, {"den"}}).replaced == 2);
}

TEST_CASE("asio-chat completion: fixed words, each is of an argument that the server has, and that "
          "names it") {
  vocabulary v;
  add_fixed_words(v);
  CHECK(v.choices.size() > 10);
  CHECK(v.choices["invitation WHAT"] == std::vector<std::string>{"list", "end"});
  CHECK(v.choices["invite SWITCH"] == std::vector<std::string>{"off"});
  for (const auto& [of, words] : v.choices) {
    CAPTURE(of);
    const std::string command = of.substr(0, of.find(' '));
    const auto row = std::ranges::find(command_table(), command, &command_row::name);
    REQUIRE(row != command_table().end());
    const auto is =
        std::ranges::find(row->arguments, of.substr(command.size() + 1), &argument::name);
    REQUIRE(is != row->arguments.end());
    for (const std::string& word : words) {
      CAPTURE(word);
      CHECK((command == "limits" || is->help.find(word) != std::string_view::npos));
    }
  }
}

TEST_CASE("asio-chat completion: fixed words, tab completes them where they stand") {
  vocabulary v{{"mode", "ban", "limits"}, {"eve"}, {"den"}};
  for (const command_row& row : command_table()) {
    command_info c{std::string(row.name)};
    for (const argument& a : row.arguments)
      c.arguments.push_back({std::string(a.name), a.kind, std::string(a.key), a.optional});
    v.syntax.push_back(std::move(c));
  }
  add_fixed_words(v);
  CHECK(complete("/mode pr", v).text == "private ");
  CHECK(complete("/mode private o", v).choices == std::vector<std::string>{"off", "on"});
  CHECK(complete("/limits set rate-me", v).text == "rate-messages ");
  CHECK(complete("/ban eve ev", v).text == "everywhere ");
  CHECK(complete("/forget ", v).text == "me ");
  CHECK(complete("/requests of", v).text == "off ");
  CHECK(complete("/totp c", v).text == "confirm ");
}
