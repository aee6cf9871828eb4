#include "journal/sqlite/secret_key.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace asio_chat;
using sqlite::secret_key;

namespace {

bool same(const secret_key& a, const secret_key& b) {
  return std::ranges::equal(a.bytes(), b.bytes());
}

} // namespace

TEST_CASE("a master key is 64 hexadecimal digits or 32 bytes") {
  const std::string raw = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  const std::string hex = "4142434445464748494a4b4c4d4e4f505152535455565758595a303132333435";
  const auto from_raw = secret_key::parse(raw);
  REQUIRE(from_raw.has_value());
  CHECK(std::equal(raw.begin(), raw.end(), from_raw->bytes().begin()));
  for (const std::string end : {"", "\n", "\r\n"}) {
    const auto from_hex = secret_key::parse(hex + end);
    REQUIRE(from_hex.has_value());
    CHECK(same(*from_hex, *from_raw));
  }
}

TEST_CASE("what is no master key is refused, and not told") {
  const std::string digits(64, 'a');
  for (const std::string& bad :
       {std::string(), std::string("secret"), digits.substr(1), digits + "a", digits + "\n\n",
        " " + digits, "g" + digits.substr(1), digits.substr(1) + "g", std::string(33, 'x')}) {
    const auto key = secret_key::parse(bad);
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().code == errc::bad_setting);
    CHECK(key.error().message.find("64 hexadecimal digits or 32 bytes") != std::string::npos);
    CHECK(key.error().message.find("secret") == std::string::npos);
  }
}

TEST_CASE("random keys differ, copies do not") {
  const secret_key a = secret_key::random();
  const secret_key b = secret_key::random();
  CHECK_FALSE(same(a, b));
  const secret_key copy = a;
  CHECK(same(a, copy));
}
