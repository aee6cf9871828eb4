#include "model/run_time_limits.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace asio_chat;

TEST_CASE("what a limit shows is what sets it", "[model]") {
  const run_time_limits by_default;
  for (const run_time_limit& row : run_time_limit_table()) {
    INFO(row.name);
    run_time_limits other;
    other.rates.times_per_address = 77;
    const std::string shown = row.show(by_default);
    REQUIRE(row.set(other, shown).has_value());
    CHECK(row.show(other) == shown);
    CHECK(find_run_time_limit(row.name) == &row);
    if (!row.set(other, "0")) continue;
    run_time_limits again; // off stays off, as it is kept
    CHECK(row.set(again, row.show(other)).has_value());
    CHECK(row.show(again) == row.show(other));
  }
}

TEST_CASE("each limit of the table is another one", "[model]") {
  for (const run_time_limit& row : run_time_limit_table()) {
    INFO(row.name);
    run_time_limits changed;
    const std::vector<std::string> wanted{"9/9s", "99s", "99", "off", "9M", "9h"};
    const auto set = std::ranges::find_if(
        wanted, [&](const std::string& value) { return row.set(changed, value).has_value(); });
    REQUIRE(set != wanted.end());
    CHECK(row.show(changed) == *set);
    for (const run_time_limit& other : run_time_limit_table()) {
      if (&other != &row) CHECK(other.show(changed) == other.show(run_time_limits{}));
    }
  }
}

TEST_CASE("a value that is none leaves a limit as it is, and says what would be one", "[model]") {
  run_time_limits l;
  CHECK(find_run_time_limit("rate-messages")
            ->set(l, "many")
            .error()
            .message.starts_with("is not a rate"));
  CHECK(find_run_time_limit("abuse")->set(l, "maybe").error().message ==
        "is not one of: auto, on, off");
  CHECK(find_run_time_limit("max-penalty")->set(l, "1s").error().message ==
        "is out of range; give a duration from 15s to 24h, or 0 for never");
  CHECK(l.rates.messages == rate_limits().messages);
  CHECK(l.admission.longest_penalty == admission_limits().longest_penalty);
  CHECK(find_run_time_limit("max-connections") == nullptr);
}
