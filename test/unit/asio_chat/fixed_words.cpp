#include "fixed_words.hpp"

#include "domain/command_table.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace asio_chat;
using namespace asio_chat::app;

TEST_CASE("asio-chat fixed words: each is of an argument that the server has, and that names it") {
  vocabulary v;
  add_fixed_words(v);
  CHECK(v.choices.size() > 10);
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

TEST_CASE("asio-chat fixed words: tab completes them where they stand") {
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
