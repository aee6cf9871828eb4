#include "base/minute_folds.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <string>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;

TEST_CASE(
    "what is repeated is told once, and then as a count each minute, and is forgotten at last") {
  testing::manual_clock clock;
  minute_folds<std::string> folds(2);
  std::vector<std::string> told;
  const auto visit = [&] {
    folds.visit(
        clock.now(),
        [&](const std::string& k, std::size_t n) { told.push_back(k + " " + std::to_string(n)); },
        [&](std::size_t n) { told.push_back("others " + std::to_string(n)); });
  };
  CHECK(folds.next_end() == std::nullopt);
  CHECK(folds.add("a", clock.now()));
  CHECK_FALSE(folds.add("a", clock.now()));
  CHECK(folds.add("b", clock.now()));
  CHECK_FALSE(folds.add("c", clock.now())); // no place for it
  CHECK(folds.next_end() == clock.now() + 60s);
  clock.advance(59s);
  visit();
  CHECK(told.empty());
  clock.advance(1s);
  visit();
  CHECK(told == std::vector<std::string>{"a 1", "others 1"});
  CHECK_FALSE(folds.add("a", clock.now())); // it was told just now
  CHECK(folds.add("b", clock.now()));
  clock.advance(60s);
  visit();
  CHECK(told.back() == "a 1");
  clock.advance(60s);
  visit();
  CHECK(folds.next_end() == std::nullopt);
  CHECK(folds.add("a", clock.now()));
}
