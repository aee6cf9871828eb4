#include "ops/print_config.hpp"

#include "ops/setting_table.hpp"
#include "support/catch.hpp"
#include "unit/ops/sources.hpp"

using namespace asio_chat::ops;

namespace {

test_sources every_source() {
  test_sources from = from_file("idle-timeout = 1m\ndata = '/a \"b\" #c, d'\n");
  from.environment = {{"ASIO_CHATD_LOG_LEVEL", "debug"}, {"CHAT_SECRET", "hunter2"}};
  from.arguments.insert(from.arguments.end(),
                        {"--listen", "[::1]:1", "--listen", "a:2", "--log-messages"});
  return from;
}

} // namespace

TEST_CASE("every value is printed with its source", "[ops]") {
  const std::string text = print_config(every_source().read().value());
  const auto has = [&](const std::string& value, const std::string& source) {
    const auto at = text.find("\n" + value);
    INFO(value);
    REQUIRE(at != std::string::npos);
    const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    CHECK(line.ends_with(" # " + source));
  };
  has("listen = [\"[::1]:1\", \"a:2\"]", "command line");
  has("log-messages = \"on\"", "command line");
  has("log-level = \"debug\"", "environment ASIO_CHATD_LOG_LEVEL");
  has("idle-timeout = \"1m\"", "file x.toml");
  has("login-timeout = \"30s\"", "default");
  for (const auto& s : setting_table())
    CHECK(text.find(std::string(s.name)) != std::string::npos);
}

TEST_CASE("no secret is printed", "[ops]") {
  const std::string text = print_config(every_source().read().value());
  CHECK(text.find("hunter2") == std::string::npos);
  CHECK(text.find("environment CHAT_SECRET") != std::string::npos);
}

TEST_CASE("the output is a config file with the same settings", "[ops]") {
  const auto first = every_source().read();
  const auto second = from_file(print_config(*first)).read();
  REQUIRE(second.has_value());
  CHECK(second->settings.listen == first->settings.listen);
  CHECK(second->settings.data_directory == "/a \"b\" #c, d");
  REQUIRE(second->effective.size() == first->effective.size());
  for (const auto& [name, given] : first->effective)
    CHECK(second->effective.at(name).values == given.values);
}
