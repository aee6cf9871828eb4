#include "config_file.hpp"

#include "support/catch.hpp"

#include <cstdlib>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

std::string shown(const std::vector<config_entry>& all) {
  std::string text;
  for (const config_entry& e : all)
    text += std::to_string(e.line) + " [" + e.server + "] " + e.key + "=" + e.value + "; ";
  return text;
}

} // namespace

TEST_CASE("asio-chat configuration: lines, comments and servers are read") {
  const auto all = parse_config("# mine\ntheme=light\n\n  time =  full \n[work]\nserver = a@b:1\n"
                                "alias = j /join #x\r\n[home]\nroom=den",
                                "config");
  REQUIRE(all.has_value());
  CHECK(shown(*all) == "2 [] theme=light; 4 [] time=full; 6 [work] server=a@b:1; "
                       "7 [work] alias=j /join #x; 9 [home] room=den; ");
  CHECK(shown(entries_for(*all, "home")) ==
        "2 [] theme=light; 4 [] time=full; 9 [home] room=den; ");
  CHECK(shown(entries_for(*all, "elsewhere")) == "2 [] theme=light; 4 [] time=full; ");
}

TEST_CASE("asio-chat configuration: what is no setting is named by its line") {
  for (const char* line : {"theme", "= light", "[]", "[work"}) {
    const auto all = parse_config(std::string("a=b\n") + line + "\n", "my config");
    REQUIRE_FALSE(all.has_value());
    CHECK(all.error().message.starts_with("'my config', line 2: '" + std::string(line) + "'"));
  }
  CHECK(parse_config("\x1b[2J\n", "c").error().message.find('\x1b') == std::string::npos);
}

TEST_CASE("asio-chat configuration: a value may begin at the person's home") {
  ::setenv("HOME", "/home/alice", 1);
  CHECK(parse_config("ca = ~/ca.pem", "c")->front().value == "/home/alice/ca.pem");
  CHECK(parse_config("ca = a~/ca.pem", "c")->front().value == "a~/ca.pem");
}

TEST_CASE("asio-chat configuration: no file is no settings") {
  const auto all = read_config("/nowhere/at/all");
  REQUIRE(all.has_value());
  CHECK(all->empty());
}
