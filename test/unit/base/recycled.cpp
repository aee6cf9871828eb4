#include "base/recycled.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

#include <array>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

using namespace asio_chat;

namespace {

struct large : recycled<large> {
  std::array<char, 64 * 1024> bytes{}; // eight of them are kept
};

} // namespace

TEST_CASE("memory that was given back is used again, the last one first") {
  const auto* const there = std::make_unique<large>().get();
  std::vector<std::unique_ptr<large>> some;
  for (int i = 0; i < 5; ++i)
    some.push_back(std::make_unique<large>());
  CHECK(some.front().get() == there);
  const auto* const last = some.back().get();
  some.pop_back();
  CHECK(std::make_unique<large>().get() == last);
  some.clear();
  const test::allocation_count count;
  for (int i = 0; i < 5; ++i)
    some.push_back(std::make_unique<large>());
  CHECK(count.since().calls == 0);
}

TEST_CASE("no more memory is kept than was asked for") {
  std::vector<std::unique_ptr<large>> many(100);
  for (auto& one : many)
    one = std::make_unique<large>();
  for (auto& one : many)
    one.reset();
  const test::allocation_count count;
  for (auto& one : many)
    one = std::make_unique<large>();
  CHECK(count.since().calls == 92);
}

TEST_CASE("an object may end on another thread, which may end") {
  auto one = std::make_unique<large>();
  std::thread([&] { one.reset(); }).join(); // a leak, or a second end, is what sanitizers see
  CHECK_FALSE(one);
}

TEST_CASE("a function that needs memory gets it back") {
  int sum = 0;
  const std::array<long, 4> with{1, 2, 3, 4};
  const auto make = [&] {
    return std::function<void(int)>(
        recycled_call([&sum, with](int more) { sum += more + static_cast<int>(with[3]); }));
  };
  make()(1);
  const test::allocation_count count;
  make()(2);
  CHECK(count.since().calls == 0);
  CHECK(sum == 1 + 2 + 2 * 4);
}
