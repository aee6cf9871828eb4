#include "fullscreen/key_bindings.hpp"

#include "support/catch.hpp"

#include <sstream>

using namespace asio_chat::app;

TEST_CASE("asio-chat key bindings: each key that is listed has a name that means it") {
  std::istringstream lines(key_bindings().list());
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    const std::string name = line.substr(0, line.find(' '));
    const auto k = key_named(name);
    INFO(line);
    REQUIRE(k);
    CHECK(name_of(*k) == name);
    ++count;
  }
  CHECK(count > 50);
}

TEST_CASE("asio-chat key bindings: names of keys in any capitals, but the letter behind Alt") {
  CHECK(key_named("ctrl-x") == key{key::kind::control, U'X'});
  CHECK(key_named("alt-a") == key{key::kind::meta, U'a'});
  CHECK(key_named("Alt-A") == key{key::kind::meta, U'A'});
  CHECK(key_named("f12") == key{key::kind::function, 12});
  for (const char* none : {"", "x", "F13", "F0", "Ctrl-", "Alt-", "Ctrl-1", "Hyper-x"})
    CHECK_FALSE(key_named(none));
}

TEST_CASE("asio-chat key bindings: what cannot be bound is named") {
  key_bindings b;
  const auto [spec, part] =
      GENERATE(table<std::string, std::string>({{"Hyper-x rooms", "no key 'Hyper-x'"},
                                                {"F5", "is missing"},
                                                {"F5 dance", "no action 'dance'"},
                                                {"Ctrl-C rooms", "Ctrl-C cannot be bound"},
                                                {"\x1b[2J rooms", "no key '\uFFFD[2J'"}}));
  CHECK(b.bind(spec).find(part) != std::string::npos);
  CHECK(b.list_own().empty());
}
