// The stream of the tests keeps the promises of `transport::stream`, and fails where it is told to.
#include "support/scripted_stream.hpp"
#include "support/catch.hpp"

#include <array>

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;

namespace {

/// Notes what comes of each operation.
struct user final : transport::stream_owner {
  void on_handshake(const error_code& e, std::size_t) { note("handshake", e); }
  void on_read(const error_code& e, std::size_t n) {
    note("read", e);
    got.append(room.data(), n);
  }
  void on_write(const error_code& e, std::size_t n) {
    note("write", e);
    wrote += n;
  }
  void on_shutdown(const error_code& e, std::size_t) { note("shutdown", e); }
  void on_awake(const error_code& e, std::size_t) { note("awake", e); }
  void note(const char* what, const error_code& e) {
    log += std::string(log.empty() ? "" : " ") + what + (e ? "!" : "");
    last = e;
  }

  void read() {
    stream->async_read_some(asio::buffer(room), transport::handler_of<&user::on_read>(*this));
  }
  void write(std::string_view bytes) {
    stream->async_write_some(asio::buffer(bytes.data(), bytes.size()),
                             transport::handler_of<&user::on_write>(*this));
  }
  void shut_down() { stream->async_shutdown(transport::handler_of<&user::on_shutdown>(*this)); }
  void sleep() { stream->async_sleep(transport::handler_of<&user::on_awake>(*this)); }
  void shake_hands() {
    stream->async_handshake(transport::stream::side::client,
                            transport::handler_of<&user::on_handshake>(*this));
  }

  std::unique_ptr<transport::stream> stream;
  std::array<char, 4> room{};
  std::string got;
  std::size_t wrote = 0;
  std::string log;
  error_code last;
};

struct world {
  explicit world(io_plan p = {})
      : plan(p) {}
  void run() {
    context.restart();
    context.poll();
  }
  std::string log() {
    run();
    return std::exchange(u->log, {});
  }

  asio::io_context context;
  io_plan plan;
  std::shared_ptr<scripted_peer> peer = scripted_peer::make(context, plan);
  boost::intrusive_ptr<user> u = [this] {
    boost::intrusive_ptr<user> made(new user);
    made->stream = peer->stream();
    return made;
  }();
};

} // namespace

TEST_CASE("scripted stream: gives what is said, takes what is written, in posted completions") {
  world w;
  w.u->shake_hands();
  CHECK(w.u->log.empty());
  CHECK(w.log() == "handshake");
  w.u->read();
  CHECK(w.log().empty());
  w.peer->say("hello!");
  CHECK(w.log() == "read");
  w.u->read();
  CHECK(w.log() == "read");
  CHECK(w.u->got == "hello!");

  w.peer->max_write = 3;
  w.u->write("world");
  CHECK(w.log() == "write");
  CHECK(w.u->wrote == 3);
  CHECK(w.peer->take_written() == "wor");
  w.peer->stop_taking();
  error_code e;
  CHECK(w.u->stream->write_some(asio::buffer("ld", 2), e) == 0);
  CHECK(e == asio::error::would_block);
  w.u->write("ld");
  CHECK(w.log().empty());
  w.peer->go_on_taking();
  CHECK(w.log() == "write");
  CHECK(w.peer->writes == std::vector<std::size_t>{3, 2});

  w.peer->end();
  w.u->read();
  CHECK(w.log() == "read!");
  CHECK(w.u->last == asio::error::eof);
  CHECK(w.u->stream->write_some(asio::buffer("x", 1), e) == 1);
  w.u->shut_down();
  CHECK(w.log() == "shutdown");
  CHECK(w.plan.steps == 9);
}

TEST_CASE("scripted stream: sleeps until there is input, or something is written") {
  world w;
  w.u->sleep();
  CHECK(w.log().empty());
  CHECK(w.peer->asleep);
  w.u->write("x");
  CHECK(w.log() == "awake write");
  w.u->sleep();
  w.peer->say("y");
  CHECK(w.log() == "awake");
  w.u->read();
  w.run();
  w.u->read();
  w.u->stream->cancel_read();
  CHECK(w.log() == "read read!");
  CHECK(w.u->last == asio::error::operation_aborted);
}

TEST_CASE("scripted stream: the step that was chosen fails, and what comes after it") {
  world w({2, asio::error::connection_reset});
  w.u->shake_hands();
  w.u->read(); // the second step
  CHECK(w.log() == "handshake read!");
  CHECK(w.u->last == asio::error::connection_reset);
  CHECK(std::string_view(w.plan.failed) == "read");
  w.u->write("x");
  CHECK(w.log() == "write!");

  world eof({1, asio::error::eof});
  eof.u->read();
  eof.u->write("x");
  CHECK(eof.log() == "read! write"); // the other direction is as it was

  world write({1, asio::error::broken_pipe});
  write.peer->say("last words");
  error_code e;
  write.u->stream->write_some(asio::buffer("x", 1), e);
  CHECK(e == asio::error::broken_pipe);
  write.u->read();
  CHECK(write.log() == "read"); // what had come already can be read
}

TEST_CASE("scripted stream: a dead connection does nothing until it is closed") {
  world w({1, std::nullopt});
  w.u->write("x");
  w.u->read();
  w.peer->say("y");
  CHECK(w.log().empty());
  w.u->stream->close();
  CHECK(w.log() == "read! write!");
  CHECK(w.peer->closed);
}
