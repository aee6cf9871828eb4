// Pieces of work that take turns with what is ready, and with each other.
#include "transport/turn_queue.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <string>

using namespace asio_chat;
namespace asio = boost::asio;
using transport::turn_queue;

namespace {

struct bench {
  void add(char lane, const std::string& name) {
    queue->add({static_cast<unsigned char>(lane)}, [this, name] { done += name + " "; });
  }

  asio::io_context context;
  std::shared_ptr<turn_queue> queue = std::make_shared<turn_queue>(context.get_executor());
  std::string done;
};

} // namespace

TEST_CASE("turns: no piece runs inside the call that adds it, and each does once") {
  bench b;
  b.add('a', "1");
  CHECK(b.done.empty());
  CHECK(b.queue->waiting() == 1);
  b.context.run();
  CHECK(b.done == "1 ");
  CHECK(b.queue->waiting() == 0);
  b.add('a', "2");
  b.context.restart();
  b.context.run();
  CHECK(b.done == "1 2 ");
}

TEST_CASE("turns: between two pieces whatever is ready happens") {
  bench b;
  for (int i = 1; i <= 3; ++i)
    b.queue->add({}, [&b, i] {
      b.done += std::to_string(i) + " ";
      asio::post(b.context, [&b] { b.done += "message "; });
    });
  b.context.run();
  // What the second one posts comes behind its own turn and before the next but one.
  CHECK(b.done.find("3") > b.done.find("message"));
  CHECK(b.done.ends_with("3 message message ") + b.done.ends_with("message 3 message ") == 1);
}

TEST_CASE("turns: a lane in which one waits is not behind all of another one") {
  bench b;
  for (int i = 1; i <= 4; ++i)
    b.add('a', "a" + std::to_string(i));
  b.add('b', "b1");
  b.add('c', "c1");
  b.add('b', "b2");
  b.context.run();
  CHECK(b.done == "a1 b1 c1 a2 b2 a3 a4 ");
}

TEST_CASE("turns: what waits in a queue that goes is let go, and never runs") {
  bench b;
  const auto held = std::make_shared<int>(0);
  b.queue->add({}, [held] { FAIL(); });
  CHECK(held.use_count() == 2);
  b.queue.reset();
  CHECK(held.use_count() == 1);
  b.context.run();
}
