#include "ops/config_file.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::ops;

namespace {

using texts = std::vector<std::string>;

texts values(const std::string& text, const std::string& key) {
  const auto given = read_config_file("x.toml", text);
  REQUIRE(given.has_value());
  return given->at(key).values;
}

std::string complaint(const std::string& text) {
  const auto given = read_config_file("x.toml", text);
  return given ? std::string() : given.error().message;
}

} // namespace

TEST_CASE("keys, comments, quotes and lists", "[ops]") {
  CHECK(values("# c\n\n  backlog=5 # c\r\n", "backlog") == texts{"5"});
  CHECK(values("data = \"/a b/#c, d\" # c", "data") == texts{"/a b/#c, d"});
  CHECK(values("data = '/a\"b'", "data") == texts{"/a\"b"});
  CHECK(values("listen = [\"a:1\", \"[::1]:2\"]", "listen") == texts{"a:1", "[::1]:2"});
  CHECK(values("listen = a:1, b:2", "listen") == texts{"a:1", "b:2"});
  CHECK(values("listen = a:1", "listen") == texts{"a:1"});
  CHECK(values("listen = \"[::1]:1\"", "listen") == texts{"[::1]:1"});
}

TEST_CASE("the source and the line of a value are known", "[ops]") {
  const auto given = read_config_file("x.toml", "\nbacklog = 5");
  REQUIRE(given.has_value());
  CHECK(given->at("backlog").source == "file x.toml");
  CHECK(given->at("backlog").where == "file x.toml, line 2: backlog");
}

TEST_CASE("a line that is no setting is refused with its number", "[ops]") {
  CHECK(complaint("backlog = 5\nbaklog = 6") ==
        "file x.toml, line 2: no setting is called baklog; did you mean backlog?");
  CHECK(complaint("[network]") ==
        "file x.toml, line 1: there are no sections here; keys stand alone");
  CHECK(complaint("log-messages") == "file x.toml, line 1: there is no =; write KEY = VALUE");
  CHECK(complaint("data = \"/a") == "file x.toml, line 1: a quoted value does not end");
  CHECK(complaint("backlog = 1\nbacklog = 2") ==
        "file x.toml, line 2: backlog is set a second time; set it once");
  CHECK(complaint("data = /a b").find("data takes one value and has 2") != std::string::npos);
  CHECK(complaint("listen = [::1]:8443").find("stands in quotes") != std::string::npos);
  CHECK(complaint("listen = [\n\"a:1\"\n]") != "");
  for (const char* bad :
       {"=", "a=", "=5", "= 5", "passphrase = x", "config = y", "network.backlog = 1"}) {
    INFO(bad);
    CHECK(complaint(bad) != "");
  }
}
