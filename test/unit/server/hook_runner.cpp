// What was asked of a host program is answered once, whatever it does.
#include "server/hook_runner.hpp"

#include "support/catch.hpp"
#include "testing/manual_time.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;

namespace {

using handler = std::function<void(int)>;

struct runner_world {
  /// Asks; -1 stands for the answer that the runner gives itself.
  template <class Hook>
  void ask(Hook hook) {
    runner->run<int>(
        "test", hook, [this](int n) { answers.push_back(n); }, -1);
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  std::vector<std::string> log;
  logger to_log{[this](severity, std::string_view message, std::span<const log_field> fields) {
    log.push_back(std::string(message) + ": " + fields[0].value + ", " + fields[1].value);
  }};
  std::shared_ptr<hook_runner> runner = std::make_shared<hook_runner>(time, to_log, 10s);
  std::vector<int> answers;
};

using numbers = std::vector<int>;
using lines = std::vector<std::string>;

} // namespace

TEST_CASE("a hook answers from inside the call, or later") {
  runner_world w;
  handler kept;
  w.ask([](const handler& h) { h(1); });
  w.ask([&](handler h) { kept = std::move(h); });
  CHECK(w.answers == numbers{1});
  w.time.advance(9s);
  kept(2);
  w.time.advance(1min);
  CHECK(w.answers == numbers{1, 2});
  CHECK(w.log.empty());
}

TEST_CASE("the second answer of a hook is ignored, by whichever copy it is given") {
  runner_world w;
  handler kept;
  w.ask([&](handler h) {
    kept = h;
    h(1);
    h(2);
  });
  kept(3);
  CHECK(w.answers == numbers{1});
}

TEST_CASE("a hook that throws is answered for") {
  runner_world w;
  handler kept;
  w.ask([&](handler h) {
    kept = std::move(h);
    throw std::runtime_error("no database");
  });
  w.ask([](const handler&) { throw 5; });
  CHECK(w.answers == numbers{-1, -1});
  kept(1);
  CHECK(w.answers.size() == 2);
  CHECK(w.log == lines{"A hook of the host program failed: test, no database",
                       "A hook of the host program failed: test, an exception of an unknown type"});
}

TEST_CASE("a hook that throws behind its answer has answered") {
  runner_world w;
  w.ask([](const handler& h) {
    h(1);
    throw std::runtime_error("too late");
  });
  CHECK(w.answers == numbers{1});
}

TEST_CASE("a hook that lets its function go is answered for when the last copy goes") {
  runner_world w;
  handler kept;
  w.ask([&](handler h) { kept = std::move(h); });
  handler other = kept;
  kept = nullptr;
  CHECK(w.answers.empty());
  other = nullptr;
  CHECK(w.answers == numbers{-1});
  CHECK(w.log == lines{"A hook of the host program failed: test, its function was let go without "
                       "an answer"});
}

TEST_CASE("a hook that does not answer is answered for after the answer time, exactly") {
  runner_world w;
  handler kept;
  w.ask([&](handler h) { kept = std::move(h); });
  w.time.advance(9'999ms);
  CHECK(w.answers.empty());
  w.time.advance(1ms);
  CHECK(w.answers == numbers{-1});
  kept(1);
  CHECK(w.answers.size() == 1);
}

TEST_CASE("an answer after the end goes nowhere, and needs nothing any more") {
  runner_world w;
  handler kept;
  handler dropped;
  w.ask([&](handler h) { kept = std::move(h); });
  w.ask([&](handler h) { dropped = std::move(h); });
  w.runner->stop();
  w.runner.reset();
  kept(1);
  dropped = nullptr;
  w.time.advance(1min);
  CHECK(w.answers.empty());
}

TEST_CASE("an answer may lead to the next question") {
  runner_world w;
  handler first;
  handler second;
  w.runner->run<int>(
      "test", [&](handler h) { first = std::move(h); },
      [&](int n) {
        w.answers.push_back(n);
        w.ask([&](handler h) { second = std::move(h); });
      },
      -1);
  first(1);
  second(2);
  CHECK(w.answers == numbers{1, 2});
}
