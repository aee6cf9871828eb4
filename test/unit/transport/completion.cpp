#include "transport/completion.hpp"

#include "support/catch.hpp"

#include <boost/asio/bind_executor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio_chat::transport::completion;

TEST_CASE("a completion calls its handler later, once, with the results") {
  asio::io_context context;
  std::vector<std::string> said;
  completion<int, std::unique_ptr<int>> done(
      context.get_executor(), [&](int n, std::unique_ptr<int> p) {
        said.push_back(std::to_string(n) + std::to_string(*p));
      });
  CHECK(done);
  done(1, std::make_unique<int>(2));
  CHECK(said.empty());
  context.run();
  CHECK(said == std::vector<std::string>{"12"});
  CHECK_FALSE(done);
}

TEST_CASE("a completion goes through its owner's executor to the handler's executor") {
  asio::io_context owner;
  asio::io_context other;
  std::vector<std::string> said;
  completion<> done(owner.get_executor(),
                    asio::bind_executor(other, [&] { said.emplace_back("handler"); }));
  done();
  other.poll();
  CHECK(said.empty());
  CHECK(owner.run() == 1);
  CHECK(said.empty());
  other.run();
  CHECK(said == std::vector<std::string>{"handler"});
}

TEST_CASE("a completion keeps the handler's executor at work until it has called") {
  asio::io_context owner;
  asio::io_context other;
  auto work =
      std::make_unique<completion<>>(owner.get_executor(), asio::bind_executor(other, [] {}));
  other.poll();
  CHECK_FALSE(other.stopped());
  SECTION("called") {
    (*work)();
    owner.run();
  }
  SECTION("given up") {
    work.reset();
  }
  other.run();
  CHECK(other.stopped());
}

TEST_CASE("a completion may be moved, and takes another's place") {
  asio::io_context context;
  int calls = 0;
  completion<> first(context.get_executor(), [&] { ++calls; });
  completion<> second;
  CHECK_FALSE(second);
  second = std::move(first);
  second();
  context.run();
  CHECK(calls == 1);
}
