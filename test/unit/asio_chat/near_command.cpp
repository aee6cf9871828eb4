#include "near_command.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using asio_chat::app::hint_for;
using asio_chat::app::names_near;

TEST_CASE("asio-chat near command: a slip of the fingers, and names of other chat clients") {
  const std::vector<std::string> all{"join", "leave", "me", "msg", "topic", "who"};
  CHECK(hint_for("jion", all) == " Did you mean /join?");
  CHECK(hint_for("JION", all) == " Did you mean /join?");
  CHECK(hint_for("topics", all) == " Did you mean /topic?");
  CHECK(hint_for("ma", all) == " Did you mean /me?");
  CHECK(hint_for("part", all) == " It is /leave here.");
  CHECK(hint_for("exit", all).empty()); // there is no /quit
  CHECK(hint_for("window", all).find("Alt-1") != std::string::npos);
  CHECK(hint_for("zzzzz", all).empty());
  CHECK(hint_for("", all).empty());
  CHECK(hint_for(std::string(100'000, 'x'), all).empty());
}

TEST_CASE("asio-chat near command: names that are written nearly so") {
  const std::vector<std::string> all{"work", "home", "World", "w"};
  using names = std::vector<std::string>;
  CHECK(names_near("wrok", all) == names{"work"});
  CHECK(names_near("worl", all) == names{"work", "World"});
  CHECK(names_near("example.org", all).empty());
  CHECK(names_near("", all).empty());
  CHECK(names_near(std::string(100'000, 'x'), all).empty());
}
