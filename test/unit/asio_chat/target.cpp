#include "target.hpp"

#include "support/catch.hpp"

using namespace asio_chat::app;

TEST_CASE("asio-chat target: nick, host and port in all their forms") {
  struct row {
    const char* text;
    const char* nick;
    const char* host;
    int port;
    const char* address;
  };
  const auto r = GENERATE(values<row>({
      {"localhost", "", "localhost", 8443, "localhost:8443"},
      {"Chat.Example.ORG:9443", "", "chat.example.org", 9443, "chat.example.org:9443"},
      {"alice@localhost", "alice", "localhost", 8443, "localhost:8443"},
      {"alice@127.0.0.1:1", "alice", "127.0.0.1", 1, "127.0.0.1:1"},
      {"[::1]:9443", "", "::1", 9443, "[::1]:9443"},
      {"[::1]", "", "::1", 8443, "[::1]:8443"},
      {"::1", "", "::1", 8443, "[::1]:8443"},
      {"bob@[fe80::1]:65535", "bob", "fe80::1", 65535, "[fe80::1]:65535"},
  }));
  const auto t = parse_target(r.text);
  REQUIRE(t.has_value());
  CHECK(t->nick == r.nick);
  CHECK(t->host == r.host);
  CHECK(t->port == r.port);
  CHECK(t->address() == r.address);
}

TEST_CASE("asio-chat target: an error says what is wrong") {
  const auto* text =
      GENERATE("", "@localhost", "alice@", "localhost:", "localhost:0", "localhost:70000",
               "localhost:8443x", "[::1", "[::1]8443", ":8443", "localhost:-1");
  const auto t = parse_target(text);
  REQUIRE_FALSE(t.has_value());
  CHECK(t.error().code == asio_chat::errc::bad_setting);
  CHECK(t.error().message.find("[NICK@]HOST[:PORT]") != std::string::npos);
}

TEST_CASE("asio-chat target: this machine is localhost and the loopback addresses") {
  for (const char* here : {"localhost", "LocalHost", "127.0.0.1", "127.8.0.1", "::1"})
    CHECK(asio_chat::app::is_this_machine(here));
  for (const char* elsewhere : {"localhost.example.org", "192.0.2.1", "0.0.0.0", "::2", "chat", ""})
    CHECK_FALSE(asio_chat::app::is_this_machine(elsewhere));
}
