#include "ops/stop_signals.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using asio_chat::ops::stop_signals;

TEST_CASE("the first signal calls, and the loop runs out", "[ops]") {
  const auto [number, name] =
      GENERATE(table<int, std::string>({{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}}));
  boost::asio::io_context context;
  std::string caught;
  const stop_signals signals(context, [&](std::string_view signal) { caught = signal; });
  context.poll();
  REQUIRE(std::raise(number) == 0);
  context.run();
  CHECK(caught == name);
}

TEST_CASE("the second signal ends the process", "[ops]") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    boost::asio::io_context context;
    const stop_signals signals(context, [](std::string_view) {});
    std::raise(SIGTERM);
    context.run();
    std::raise(SIGTERM);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}
