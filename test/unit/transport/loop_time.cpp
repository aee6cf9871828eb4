// Timers: the system's, and those of the tests, which do the same without a wall's clock.
#include "transport/loop_time.hpp"
#include "support/catch.hpp"
#include "testing/manual_time.hpp"

#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;
using transport::time_of;

namespace {

constexpr steady_time long_ago = steady_time::min();

/// What a timer promises, whatever its time: `run` lets happen what is due.
template <class Run>
void check_promises(time_source& time, Run run) {
  int calls = 0;
  const auto count = [&] { ++calls; };
  auto t = time.make_timer();

  t->wait_until(long_ago, count);
  CHECK(calls == 0); // never inside the call
  run();
  CHECK(calls == 1);

  t->wait_until(long_ago, count);
  t->wait_until(long_ago, [&] { calls += 10; });
  run();
  CHECK(calls == 11); // the second wait replaced the first

  t->wait_until(long_ago, count);
  t->cancel();
  t->cancel();
  run();
  CHECK(calls == 11);

  t->wait_until(long_ago, [&] { t->wait_until(long_ago, count); });
  run();
  CHECK(calls == 12); // set anew by what it called

  t->wait_until(long_ago, [&] {
    t.reset(); // with what it is calling
    ++calls;
  });
  run();
  CHECK(calls == 13);

  auto one = time.make_timer();
  auto other = time.make_timer();
  one->wait_until(long_ago, [&] {
    ++calls;
    other.reset();
  });
  other->wait_until(long_ago, [&] {
    ++calls;
    one.reset();
  });
  run();
  CHECK(calls == 14); // both were due, and the first has ended the other
}

} // namespace

TEST_CASE("timers: the system's call back from the loop, and never after their end") {
  boost::asio::io_context context;
  check_promises(time_of(context), [&] {
    context.restart();
    context.run();
  });
}

TEST_CASE("timers: a manual one keeps the same promises") {
  boost::asio::io_context context;
  auto& time = testing::manual_time::of(context);
  CHECK(&time_of(context) == &time);
  check_promises(time, [&] { time.run(); });
}

TEST_CASE("timers: manual time calls at the exact time, in the order of the times") {
  boost::asio::io_context context;
  auto& time = testing::manual_time::of(context);
  const steady_time start = time.now();
  std::vector<std::chrono::milliseconds> calls;
  const auto note = [&] {
    calls.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(time.now() - start));
  };
  auto late = time.make_timer();
  auto early = time.make_timer();
  late->wait_until(start + 30s, note);
  early->wait_until(start + 10s, [&] {
    note();
    early->wait_until(start + 20s, note);
  });
  time.advance(29'999ms);
  CHECK(calls == std::vector<std::chrono::milliseconds>{10s, 20s});
  CHECK(time.next_due() == start + 30s);
  time.advance(1ms);
  CHECK(calls == std::vector<std::chrono::milliseconds>{10s, 20s, 30s});
  CHECK_FALSE(time.next_due());
}
