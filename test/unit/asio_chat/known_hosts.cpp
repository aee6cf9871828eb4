#include "known_hosts.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace asio_chat::app;
namespace fs = std::filesystem;

namespace {

const std::string one_pin = "sha256/" + std::string(43, 'A') + "=";
const std::string other_pin = "sha256/" + std::string(42, 'B') + "A=";

fs::perms permissions(const fs::path& p) {
  return fs::status(p).permissions() & fs::perms::mask;
}

} // namespace

TEST_CASE("asio-chat known hosts: without a file no server is known") {
  const asio_chat::test::temp_directory dir;
  const auto known = known_hosts::load(dir / "none");
  REQUIRE(known.has_value());
  CHECK_FALSE(known->find("localhost:8443"));
}

TEST_CASE("asio-chat known hosts: a remembered server is found again, and the file is private") {
  const asio_chat::test::temp_directory dir;
  const fs::path file = fs::path(dir / "config") / "asio-chat" / "known_hosts";
  auto known = known_hosts::load(file).value();
  REQUIRE(known.remember("localhost:8443", one_pin).has_value());
  REQUIRE(known.remember("[::1]:9443", other_pin).has_value());
  CHECK(known.find("localhost:8443")->pin == one_pin);
  CHECK(permissions(file) == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(permissions(file.parent_path()) == fs::perms::owner_all);

  const auto again = known_hosts::load(file).value();
  REQUIRE(again.find("[::1]:9443"));
  CHECK(again.find("[::1]:9443")->pin == other_pin);
  CHECK(again.find("[::1]:9443")->line == 2);
  CHECK_FALSE(again.find("localhost:9443"));
}

TEST_CASE("asio-chat known hosts: comments count as nothing, rubbish as an error with its line") {
  const asio_chat::test::temp_directory dir;
  std::ofstream(dir / "good") << "# mine\n\n  localhost:8443\t" << one_pin << "  \n";
  REQUIRE(known_hosts::load(dir / "good").has_value());
  CHECK(known_hosts::load(dir / "good")->find("localhost:8443")->line == 3);

  std::ofstream(dir / "bad") << "localhost:8443 " << one_pin << "\nlocalhost:1 sha256/short\n";
  const auto bad = known_hosts::load(dir / "bad");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().message.find("line 2") != std::string::npos);
}

TEST_CASE("asio-chat known hosts: the file lies where configuration lies") {
  ::setenv("XDG_CONFIG_HOME", "/x/config", 1);
  CHECK(default_known_hosts() == "/x/config/asio-chat/known_hosts");
  ::unsetenv("XDG_CONFIG_HOME");
  ::setenv("HOME", "/home/x", 1);
  CHECK(default_known_hosts() == "/home/x/.config/asio-chat/known_hosts");
}

TEST_CASE("asio-chat known hosts: a last line without its end stays a line") {
  const asio_chat::test::temp_directory dir;
  const std::string file = dir / "known_hosts";
  std::ofstream(file) << "other:1 " << one_pin;
  auto known = known_hosts::load(file).value();
  REQUIRE(known.remember("localhost:8443", other_pin).has_value());
  const auto again = known_hosts::load(file);
  REQUIRE(again.has_value());
  CHECK(again->find("other:1")->pin == one_pin);
  CHECK(again->find("LOCALHOST:8443")->pin == other_pin);
}

TEST_CASE("asio-chat known hosts: a file that others can write decides nothing") {
  const asio_chat::test::temp_directory dir;
  const std::string file = dir / "known_hosts";
  std::ofstream(file) << "other:1 " << one_pin << "\n";
  fs::permissions(file, GENERATE(fs::perms(0620), fs::perms(0602)));
  const auto known = known_hosts::load(file);
  REQUIRE_FALSE(known.has_value());
  CHECK(known.error().message.find("chmod 600") != std::string::npos);
}
