#include "net/passphrase.hpp"

#include "support/catch.hpp"

#include <string>

using asio_chat::net::same_passphrase;

TEST_CASE("C42: only the very same passphrase passes") {
  CHECK(same_passphrase("open sesame", "open sesame"));
  CHECK(same_passphrase("", ""));
  for (const char* wrong : {"", "open", "open sesame ", " open sesame", "Open sesame",
                            "open sesamf", "xpen sesame", "open sesame\n"}) {
    INFO(wrong);
    CHECK_FALSE(same_passphrase(wrong, "open sesame"));
  }
}

TEST_CASE("C42: a passphrase is bytes: NUL does not end it, and long ones count to the end") {
  const std::string nul("a\0b", 3);
  CHECK(same_passphrase(nul, nul));
  CHECK_FALSE(same_passphrase(nul, "a"));
  CHECK_FALSE(same_passphrase(nul, std::string("a\0c", 3)));
  const std::string longest(10'000, 'x');
  CHECK(same_passphrase(longest, longest));
  CHECK_FALSE(same_passphrase(longest, longest.substr(1)));
  CHECK_FALSE(same_passphrase(longest, longest.substr(1) + "y"));
}
