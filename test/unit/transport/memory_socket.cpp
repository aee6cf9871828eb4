#include "transport/memory_socket.hpp"

#include "support/catch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <optional>

using namespace asio_chat;
using detail::memory_socket;
namespace asio = boost::asio;

namespace {

/// One end of a pair: it starts operations and records their outcomes.
class end : public transport::stream_owner {
 public:
  explicit end(std::unique_ptr<memory_socket> s)
      : socket(std::move(s)) {}

  void read(std::size_t most = 4096) {
    room_.assign(most, '\0');
    read_end.reset();
    socket->read_some(asio::buffer(room_), transport::handler_of<&end::on_read>(*this));
  }
  void write(std::string bytes) {
    bytes_ = std::move(bytes);
    write_end.reset();
    socket->write_some(asio::buffer(bytes_), transport::handler_of<&end::on_write>(*this));
  }

  std::unique_ptr<memory_socket> socket;
  std::string got;
  std::optional<error_code> read_end;
  std::optional<error_code> write_end;
  std::size_t written = 0;

 private:
  void on_read(const error_code& e, std::size_t n) {
    got.append(room_, 0, n);
    read_end = e;
  }
  void on_write(const error_code& e, std::size_t n) {
    written += n;
    write_end = e;
  }

  std::string room_;
  std::string bytes_;
};

using end_ptr = boost::intrusive_ptr<end>;

struct pair {
  pair() {
    auto both = memory_socket::make_pair(context.get_executor());
    one.reset(new end(std::move(both.first)));
    two.reset(new end(std::move(both.second)));
  }
  void run() {
    context.restart();
    context.poll();
  }

  asio::io_context context;
  end_ptr one;
  end_ptr two;
};

constexpr std::size_t capacity = 64 * 1024;

} // namespace

TEST_CASE("bytes written at one end are read at the other, both ways, in order") {
  pair p;
  p.one->write("hel");
  p.run();
  p.one->write("lo");
  p.two->write("hi");
  p.two->read();
  p.one->read();
  p.run();
  CHECK(p.two->got == "hello");
  CHECK(p.one->got == "hi");
  CHECK(p.one->written == 5);
}

TEST_CASE("no operation completes inside the call that started it") {
  pair p;
  p.one->write("x");
  CHECK_FALSE(p.one->write_end);
  p.run();
  p.two->read();
  CHECK_FALSE(p.two->read_end);
  p.two->socket->close();
  p.one->read();
  CHECK_FALSE(p.one->read_end);
  p.run();
  CHECK(p.one->read_end == asio::error::eof);
}

TEST_CASE("a read waits for bytes, and takes no more than it has room for") {
  pair p;
  p.two->read(3);
  p.run();
  CHECK_FALSE(p.two->read_end);
  p.one->write("abcdef");
  p.run();
  CHECK(p.two->got == "abc");
  p.two->read(1);
  p.run();
  p.two->read();
  p.run();
  CHECK(p.two->got == "abcdef");
}

TEST_CASE("after the last byte written comes the end, for as often as one reads") {
  pair p;
  p.one->write("last words");
  p.run();
  p.one->socket->shutdown_write();
  p.two->read(4);
  p.run();
  CHECK(p.two->read_end == error_code());
  p.two->read();
  p.run();
  CHECK(p.two->got == "last words");
  for (int i = 0; i < 2; ++i) {
    p.two->read();
    p.run();
    CHECK(p.two->read_end == asio::error::eof);
  }
  p.two->write("still heard");
  p.one->read();
  p.run();
  CHECK(p.one->got == "still heard"); // the other direction still works
}

TEST_CASE("closing ends a read that waits at the other end, after what was written") {
  pair p;
  p.two->read();
  p.run();
  p.one->socket->close();
  p.run();
  CHECK(p.two->read_end == asio::error::eof);
  p.two->write("nobody there");
  p.run();
  CHECK(p.two->write_end == asio::error::broken_pipe);

  pair q;
  q.one->write("written before");
  q.run();
  q.one->socket.reset(); // destroying is closing
  q.two->read();
  q.run();
  CHECK(q.two->got == "written before");
  q.two->read();
  q.run();
  CHECK(q.two->read_end == asio::error::eof);
}

TEST_CASE("closing ends one's own operations too") {
  pair p;
  p.one->read();
  p.run();
  p.one->write(std::string(capacity, 'x'));
  p.run();
  p.one->write("one too many");
  p.run();
  CHECK_FALSE(p.one->write_end);
  p.one->socket->close();
  p.run();
  CHECK(p.one->read_end == asio::error::operation_aborted);
  CHECK(p.one->write_end == asio::error::operation_aborted);
}

TEST_CASE("a writer waits when the pipe is full, and goes on when the other end reads") {
  pair p;
  p.one->write(std::string(capacity - 1, 'x'));
  p.run();
  CHECK(p.one->written == capacity - 1);
  p.one->write("yz");
  p.run();
  CHECK(p.one->written == capacity); // one fitted
  p.one->write("z");
  p.run();
  CHECK_FALSE(p.one->write_end);
  p.two->read(10);
  p.run();
  CHECK(p.one->write_end == error_code());
  CHECK(p.one->written == capacity + 1);
  while (p.two->got.size() < capacity + 1) {
    p.two->read();
    p.run();
  }
  std::string expected(capacity - 1, 'x');
  expected += "yz";
  CHECK(p.two->got == expected);
}

TEST_CASE("a writer that waits hears that the reader is gone") {
  pair p;
  p.one->write(std::string(capacity, 'x'));
  p.run();
  p.one->write("y");
  p.run();
  CHECK_FALSE(p.one->write_end);
  p.two->socket->close();
  p.run();
  CHECK(p.one->write_end == asio::error::broken_pipe);
}

TEST_CASE("an operation under way keeps its owner, and lets go of it when it is done") {
  pair p;
  end* raw = p.two.get();
  p.two->read();
  CHECK(raw->use_count() == 2);
  p.one->socket->close();
  p.run();
  CHECK(raw->use_count() == 1);
}

TEST_CASE("a transport that is not used closes its end") {
  asio::io_context context;
  auto [ours, theirs] = memory_socket::make_pair(context.get_executor());
  end_ptr other(new end(std::move(ours)));
  { memory_transport unused(std::move(theirs)); }
  other->read();
  context.poll();
  CHECK(other->read_end == asio::error::eof);
}

TEST_CASE("a stream over memory shakes hands, has no TLS, and shuts down in order") {
  asio::io_context context;
  auto [ours, theirs] = memory_socket::make_pair(context.get_executor());
  struct owner final : transport::stream_owner {
    void on(const error_code& e, std::size_t) { ends.push_back(e); }
    std::vector<error_code> ends;
  };
  const boost::intrusive_ptr<owner> o(new owner);
  const auto stream = transport::make_memory_stream(std::move(ours));
  CHECK(stream->native_tls() == nullptr);
  stream->async_handshake(transport::stream::side::server, transport::handler_of<&owner::on>(*o));
  CHECK(o->ends.empty());
  context.poll();
  stream->async_write_some(asio::buffer("bye", 3), transport::handler_of<&owner::on>(*o));
  context.restart();
  context.poll();
  stream->async_shutdown(transport::handler_of<&owner::on>(*o));
  context.restart();
  context.poll();
  CHECK(o->ends == std::vector<error_code>(3));
  end_ptr other(new end(std::move(theirs)));
  other->read();
  context.restart();
  context.poll();
  CHECK(other->got == "bye");
  other->read();
  context.restart();
  context.poll();
  CHECK(other->read_end == asio::error::eof);
}

TEST_CASE("a read that has got nothing can be cancelled, and the next one gets what comes") {
  pair p;
  p.one->read();
  p.one->socket->cancel_read();
  p.run();
  CHECK(p.one->read_end == asio::error::operation_aborted);
  p.two->write("late");
  p.run();
  p.one->socket->cancel_read(); // none is under way
  p.one->read();
  p.run();
  CHECK(p.one->got == "late");
}

TEST_CASE("a read into no room waits for input and leaves it there") {
  pair p;
  p.one->read(0);
  p.run();
  CHECK_FALSE(p.one->read_end);
  p.two->write("here");
  p.run();
  CHECK(p.one->read_end == error_code());
  CHECK(p.one->got.empty());
  p.one->read();
  p.run();
  CHECK(p.one->got == "here");
  p.one->read(0);
  p.two->socket->shutdown_write();
  p.run();
  CHECK(p.one->read_end == asio::error::eof);
}
