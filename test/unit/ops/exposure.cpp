#include "ops/exposure.hpp"

#include "support/catch.hpp"
#include "unit/ops/sources.hpp"

using namespace asio_chat::ops;

namespace {

bool open(std::vector<std::string> arguments) {
  const auto call = from_arguments(std::move(arguments)).read();
  REQUIRE(call.has_value());
  return is_open_to_strangers(call->settings);
}

} // namespace

TEST_CASE("a server is open to strangers if it listens beyond this machine and asks nothing",
          "[ops]") {
  CHECK_FALSE(open({}));
  CHECK_FALSE(open({"--listen", "localhost:0", "--listen", "[::1]:0", "--listen", "127.0.0.9:1"}));
  CHECK(open({"--listen", "0.0.0.0:0"}));
  CHECK(open({"--listen", "127.0.0.1:0", "--listen", "[::]:0"}));
  CHECK(open({"--listen", "chat.example.org:0"}));
  CHECK_FALSE(open({"--listen", "0.0.0.0:0", "--passphrase-file", "f"}));
  CHECK_FALSE(open({"--listen", "0.0.0.0:0", "--client-ca", "f", "--client-cert", "required"}));
  CHECK(open({"--listen", "0.0.0.0:0", "--client-ca", "f", "--client-cert", "optional"}));
}
