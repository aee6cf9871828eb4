// The codes of apps, by the numbers of RFC 6238 and RFC 4226.
#include <asio_chat/second_factor.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>

using namespace asio_chat;

namespace {

constexpr const char* rfc_secret = "12345678901234567890";

wall_time at(long seconds) {
  return wall_time(std::chrono::seconds(seconds));
}

} // namespace

TEST_CASE("C45: the codes are those of RFC 6238, appendix B") {
  const auto totp = make_totp();
  const struct {
    long seconds;
    const char* code; // the last six of its eight digits
  } given[] = {{59, "287082"},
               {1'111'111'109, "081804"},
               {1'111'111'111, "050471"},
               {1'234'567'890, "005924"},
               {2'000'000'000, "279037"},
               {20'000'000'000, "353130"}};
  for (const auto& one : given) {
    INFO(one.seconds);
    CHECK(totp->step_of(rfc_secret, one.code, at(one.seconds)) ==
          static_cast<std::uint64_t>(one.seconds / 30));
    CHECK_FALSE(totp->step_of("another secret of 20", one.code, at(one.seconds)));
  }
}

TEST_CASE("C45: a code counts in its own half minute, and in the one before and after") {
  const auto totp = make_totp();
  CHECK(totp->step_of(rfc_secret, "287082", at(59)) == 1);
  CHECK(totp->step_of(rfc_secret, "287082", at(0)) == 1);
  CHECK(totp->step_of(rfc_secret, "287082", at(89)) == 1);
  CHECK_FALSE(totp->step_of(rfc_secret, "287082", at(90)));
  CHECK_FALSE(totp->step_of(rfc_secret, "287082", at(-1)));
}

TEST_CASE("C45: what is no code of six digits is none") {
  const auto totp = make_totp();
  for (const char* code : {"", "28708", "2870820", "287o82", " 287082", "94287082"}) {
    INFO(code);
    CHECK_FALSE(totp->step_of(rfc_secret, code, at(59)));
  }
}

TEST_CASE("C45: secrets are of 160 bits, and no two are the same") {
  const auto totp = make_totp();
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i)
    all.insert(totp->new_secret());
  CHECK(all.size() == 100);
  CHECK(std::ranges::all_of(all, [](const std::string& s) { return s.size() == 20; }));
}

TEST_CASE("C45: the secret is shown as apps read it") {
  const auto lines = make_totp()->setup_of(rfc_secret, "al\u00ef ce");
  REQUIRE(lines.size() > 20);
  CHECK(lines.back() == "secret: GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ (TOTP, 6 digits, 30 s)");
}

TEST_CASE("C45: recovery codes are typed with or without their dashes, in capitals or not") {
  const auto totp = make_totp();
  const auto codes = totp->new_recovery_codes();
  REQUIRE(codes.size() == 10);
  CHECK(std::set<std::string>(codes.begin(), codes.end()).size() == 10);
  const std::string& one = codes.front();
  REQUIRE(one.size() == 19);
  CHECK(one[4] == '-');
  std::string plain = one;
  std::erase(plain, '-');
  std::ranges::transform(plain, plain.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  CHECK(totp->hash_of_recovery_code(plain) == totp->hash_of_recovery_code(one));
  CHECK(totp->hash_of_recovery_code(one) != totp->hash_of_recovery_code(codes.back()));
  CHECK(totp->hash_of_recovery_code(one).find(plain) == std::string::npos);
}
