#include "accounts/login_attempts.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;

namespace {

/// What is said to one who may not try now; empty: they may.
std::string refusal(login_attempts& a, const std::string& account, const std::string& address) {
  const auto begun = a.begin(account, address);
  return begun ? std::string() : begun.error().message;
}

void fail_once(login_attempts& a, const std::string& account, const std::string& address) {
  const auto begun = a.begin(account, address);
  REQUIRE(begun.has_value());
  (*begun)->failed();
}

constexpr const char* wait_2 = "too many wrong passwords; try again in 2 s";

} // namespace

TEST_CASE("a stranger who guesses waits, and the owner at another address does not") {
  testing::manual_clock time;
  login_attempts a(time);
  for (int i = 0; i < 4; ++i)
    fail_once(a, "alice", "stranger");
  CHECK(refusal(a, "alice", "stranger") == wait_2);
  CHECK(refusal(a, "alice", "owner").empty());
  CHECK(refusal(a, "bob", "stranger").empty());
  time.advance(2s);
  CHECK(refusal(a, "alice", "stranger").empty());
}

TEST_CASE("an address that guesses at many accounts waits for all of them") {
  testing::manual_clock time;
  login_attempts a(time);
  for (std::size_t i = 0; i <= login_attempts::free_failures_of_address; ++i)
    fail_once(a, fmt::format("account{}", i), "stranger");
  CHECK(refusal(a, "alice", "stranger") == wait_2);
  CHECK(refusal(a, {}, "stranger") == wait_2); // nor is one made
  CHECK(refusal(a, "account1", "elsewhere").empty());
}

TEST_CASE("a success forgets the failures with this account, and not those of the address") {
  testing::manual_clock time;
  login_attempts a(time);
  for (std::size_t i = 0; i < login_attempts::free_failures_of_address; ++i)
    fail_once(a, fmt::format("account{}", i / login_attempts::free_failures), "stranger");
  a.begin("account0", "stranger").value()->succeeded();
  fail_once(a, "account0", "stranger");
  CHECK(refusal(a, "account0", "stranger") == wait_2);
  CHECK(refusal(a, "account0", "elsewhere").empty());
}

TEST_CASE("guesses that are made at once are not more than one") {
  testing::manual_clock time;
  login_attempts a(time);
  auto first = a.begin("alice", "stranger").value();
  CHECK(refusal(a, "alice", "stranger") ==
        "your last password for this account is still looked at; try again in 1 s");
  CHECK(refusal(a, "alice", "owner").empty());
  first.reset();
  CHECK(refusal(a, "alice", "stranger").empty());
}

TEST_CASE("an address has few tries under way, and so has an account") {
  testing::manual_clock time;
  login_attempts a(time);
  std::vector<login_attempts::started> under_way;
  for (std::size_t i = 0; i < login_attempts::max_of_address; ++i)
    under_way.push_back(a.begin(fmt::format("account{}", i), "stranger").value());
  CHECK(refusal(a, "another", "stranger") ==
        "too many logins from your address at once; try again in 1 s");
  CHECK(refusal(a, {}, "stranger") ==
        "too many logins from your address at once; try again in 1 s");
  under_way.clear();
  for (std::size_t i = 0; i < login_attempts::max_of_account; ++i)
    under_way.push_back(a.begin("alice", fmt::format("address{}", i)).value());
  CHECK(refusal(a, "alice", "owner") ==
        "too many logins to this account at once; try again in 1 s");
  CHECK(refusal(a, {}, "owner").empty());
}

TEST_CASE("codes are waited for by account, wherever they are guessed") {
  testing::manual_clock time;
  login_attempts a(time);
  for (int i = 0; i < 3; ++i)
    a.code_failed("alice");
  CHECK(a.check_codes("alice").has_value());
  a.code_failed("alice");
  REQUIRE_FALSE(a.check_codes("alice").has_value());
  CHECK(a.check_codes("alice").error().message == "too many wrong codes; try again in 2 s");
  CHECK(a.check_codes("bob").has_value());
  a.code_succeeded("alice");
  CHECK(a.check_codes("alice").has_value());
}

TEST_CASE("a try may outlive what it was counted in") {
  testing::manual_clock time;
  std::optional<login_attempts> a(std::in_place, time);
  const auto begun = a->begin("alice", "stranger").value();
  a.reset();
  begun->failed();
  begun->succeeded();
}
