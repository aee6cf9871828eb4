// A TLS connection that sleeps: a server's stream over a socket, and by hand the client, so that
// every byte comes when a test says so.
#include "transport/stream.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"

#include <asio_chat/tls/context.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>

#include <array>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace asio_chat;
namespace asio = boost::asio;

namespace {

/// What a session does with its stream, and nothing else.
class reader final : public transport::stream_owner {
 public:
  explicit reader(std::unique_ptr<transport::stream> s)
      : stream(std::move(s)) {
    ++alive;
  }
  ~reader() override { --alive; }

  void start() {
    stream->async_handshake(transport::stream::side::server,
                            transport::handler_of<&reader::on_handshake>(*this));
  }
  void write(std::string_view bytes) {
    out += bytes;
    flush();
  }
  /// Sleeps if nothing happens before that.
  void rest() {
    if (reading) stream->cancel_read();
  }
  bool is_writing() const { return !writing.empty(); }
  std::size_t unwritten() const { return writing.size() + out.size(); }
  void shut_down() { stream->async_shutdown(transport::handler_of<&reader::on_shutdown>(*this)); }

  void close() {
    closed = true;
    stream->close();
  }

  static inline int alive = 0;
  std::unique_ptr<transport::stream> stream;
  std::string in;
  error_code end;
  error_code write_end;
  int waits = 0; ///< for a socket that was full
  bool shaken = false;
  bool reading = false; ///< a read is under way
  bool asleep = false;
  bool shut = false;
  int sleeps = 0;

 private:
  void on_handshake(const error_code& e, std::size_t) {
    end = e;
    if (e) return;
    shaken = true;
    read();
  }
  void read() {
    reading = true;
    stream->async_read_some(asio::buffer(room), transport::handler_of<&reader::on_read>(*this));
  }
  void on_read(const error_code& e, std::size_t n) {
    reading = false;
    if (e == asio::error::operation_aborted && !closed) {
      if (!writing.empty()) return read();
      asleep = true;
      ++sleeps;
      return stream->async_sleep(transport::handler_of<&reader::on_awake>(*this));
    }
    end = e;
    if (e) return;
    in.append(room.data(), n);
    read();
  }
  void on_awake(const error_code&, std::size_t) {
    asleep = false;
    if (!closed) read();
  }
  void flush() {
    if (!writing.empty() || out.empty()) return;
    writing = std::exchange(out, {});
    error_code e;
    const std::size_t n = stream->write_some(asio::buffer(writing), e);
    if (e != asio::error::would_block) return on_write(e, n);
    ++waits;
    stream->async_write_some(asio::buffer(writing),
                             transport::handler_of<&reader::on_write>(*this));
  }
  void on_write(const error_code& e, std::size_t n) {
    write_end = e;
    if (e) return;
    writing.erase(0, n);
    out.insert(0, std::exchange(writing, {}));
    flush();
  }
  void on_shutdown(const error_code&, std::size_t) {
    shut = true;
    close(); // as a session does
  }

  bool closed = false;
  std::array<char, 4096> room{};
  std::string out;
  std::string writing;
};

struct free_ssl {
  void operator()(SSL* s) const { SSL_free(s); }
};

struct world {
  explicit world(int version)
      : client_context(asio::ssl::context::tls_client)
      , socket(context) {
    SSL_CTX_set_min_proto_version(client_context.native_handle(), version);
    SSL_CTX_set_max_proto_version(client_context.native_handle(), version);
    ssl.reset(SSL_new(client_context.native_handle()));
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl.get());

    asio::ip::tcp::acceptor acceptor(context,
                                     asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    socket.connect(acceptor.local_endpoint());
    transport::tcp_socket accepted(context);
    acceptor.accept(accepted);
    for (auto* s : {&socket, &accepted}) {
      s->set_option(asio::ip::tcp::no_delay(true));
      s->set_option(asio::socket_base::send_buffer_size(32 * 1024));
      s->set_option(asio::socket_base::receive_buffer_size(32 * 1024));
    }
    socket.non_blocking(true);
    server.reset(new reader(transport::make_tls_stream(
        std::move(accepted), tls::make_server_context(test::server_tls()).value(),
        transport::stream::side::server)));
    server->start();
    until([&] {
      SSL_do_handshake(ssl.get());
      return server->shaken && SSL_is_init_finished(ssl.get()) == 1;
    });
  }
  ~world() {
    if (server) server->close();
    if (!polls_at_its_end) return;
    context.restart();
    context.poll();
  }

  /// The records that carry the text, not sent yet.
  std::string seal(std::string_view text) {
    REQUIRE(SSL_write(ssl.get(), text.data(), static_cast<int>(text.size())) > 0);
    return take_output();
  }
  std::string take_output() {
    std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl.get())), '\0');
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl.get()), out.data(), static_cast<int>(out.size()));
    return out;
  }
  void send_raw(std::string_view bytes) { asio::write(socket, asio::buffer(bytes)); }
  void send(std::string_view text) { send_raw(seal(text)); }

  /// Whatever can happen on both sides without waiting.
  void turn() {
    context.restart();
    context.poll();
    error_code e;
    std::array<char, 32 * 1024> bytes{};
    while (const std::size_t n = socket.read_some(asio::buffer(bytes), e))
      BIO_write(SSL_get_rbio(ssl.get()), bytes.data(), static_cast<int>(n));
    ended = ended || (e && e != asio::error::would_block);
    for (int n = 0; (n = SSL_read(ssl.get(), bytes.data(), bytes.size())) > 0;)
      in.append(bytes.data(), static_cast<std::size_t>(n));
    if (const std::string out = take_output(); !out.empty()) send_raw(out);
  }
  template <class Predicate>
  void until(Predicate done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < deadline)
      turn();
    REQUIRE(done());
  }
  /// What the server can do while its client reads nothing.
  void server_turn() {
    context.restart();
    context.poll();
  }
  void sleep() {
    server->rest();
    until([&] { return server->asleep; });
  }

  asio::io_context context;
  asio::ssl::context client_context;
  transport::tcp_socket socket;
  std::unique_ptr<SSL, free_ssl> ssl;
  boost::intrusive_ptr<reader> server;
  std::string in; ///< what the client heard
  bool polls_at_its_end = true;
  bool ended = false;
};

constexpr int both_versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

} // namespace

TEST_CASE("a sleeping connection wakes by input, by output, and by both in the same turn") {
  for (const int version : both_versions) {
    world w(version);
    w.sleep();
    w.send("hello");
    w.until([&] { return w.server->in == "hello"; });
    CHECK_FALSE(w.server->asleep);

    w.sleep();
    w.server->write("good morning");
    w.until([&] { return w.in == "good morning"; });
    w.until([&] { return w.server->reading; });

    w.sleep();
    w.send(", both");
    w.server->write(", both");
    w.until([&] { return w.in == "good morning, both" && w.server->in == "hello, both"; });
    CHECK(w.server->sleeps == 3);
  }
}

TEST_CASE("input that comes before the sleep is read, not slept over") {
  for (const int version : both_versions) {
    world w(version);
    w.send("hello");
    w.server->rest();
    w.until([&] { return w.server->in == "hello"; });
    w.sleep();
    const std::string first = w.seal("one");
    w.send_raw(first + w.seal(" two"));
    w.until([&] { return w.server->in == "helloone two"; });
  }
}

TEST_CASE("a record that is cut anywhere around a sleep arrives whole") {
  for (const int version : both_versions) {
    world w(version);
    std::string expected;
    for (std::size_t cut = 0; cut <= 40; ++cut) {
      const std::string text = "text number " + std::to_string(cut);
      expected += text;
      const std::string record = w.seal(text);
      w.send_raw(std::string_view(record).substr(0, cut));
      w.turn();
      w.turn();
      w.server->rest();
      w.turn();
      w.turn();
      w.server->write("x"); // and to write in between takes nothing away from it
      w.turn();
      w.send_raw(std::string_view(record).substr(std::min(cut, record.size())));
      w.until([&] { return w.server->in == expected && w.server->reading; });
    }
    CHECK(w.server->sleeps > 20);
    w.until([&] { return w.in == std::string(41, 'x'); });
  }
}

TEST_CASE("what is said of a sleeping connection is what was said before") {
  for (const int version : both_versions) {
    world w(version);
    const std::string before = SSL_get_version(w.server->stream->native_tls());
    w.sleep();
    REQUIRE(w.server->stream->native_tls() != nullptr);
    CHECK(SSL_get_version(w.server->stream->native_tls()) == before);
    CHECK(SSL_get_certificate(w.server->stream->native_tls()) != nullptr);
    CHECK(w.server->asleep);
  }
}

TEST_CASE("a sleeping connection can be shut down, with close_notify") {
  for (const int version : both_versions) {
    world w(version);
    w.sleep();
    w.server->shut_down();
    w.until([&] { return (SSL_get_shutdown(w.ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0; });
    SSL_shutdown(w.ssl.get());
    w.until([&] { return w.server->shut; });
  }
}

TEST_CASE("a sleeping connection can be closed, and be let go of") {
  for (const int version : both_versions) {
    world w(version);
    w.sleep();
    w.server->close();
    w.server.reset(); // its wait still has to come back
    w.until([&] { return w.ended; });
  }
}

TEST_CASE("a peer that goes while we sleep is noticed, politely or not") {
  for (const int version : both_versions) {
    {
      world w(version);
      w.sleep();
      SSL_shutdown(w.ssl.get());
      w.until([&] { return w.server->end == asio::error::eof; });
    }
    world w(version);
    w.sleep();
    w.socket.close();
    w.until([&] {
      w.context.restart();
      w.context.poll();
      return w.server->end.failed();
    });
    CHECK(w.server->end != asio::error::eof);
  }
}

TEST_CASE("keys may change while we sleep") {
  world w(TLS1_3_VERSION);
  for (int i = 0; i < 3; ++i) {
    w.sleep();
    REQUIRE(SSL_key_update(w.ssl.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
    w.send("a");
    w.server->write("b");
    w.until([&] {
      return w.in.size() == static_cast<std::size_t>(i + 1) && w.server->in.size() == w.in.size();
    });
    w.until([&] { return w.server->reading; });
  }
}

TEST_CASE("renegotiation is refused when we sleep, too") {
  world w(TLS1_2_VERSION);
  w.sleep();
  SSL_renegotiate(w.ssl.get());
  SSL_do_handshake(w.ssl.get());
  w.until([&] { return !w.server->asleep; });
  for (int i = 0; i < 20; ++i)
    w.turn();
  CHECK(SSL_num_renegotiations(w.server->stream->native_tls()) == 0);
  CHECK(w.server->in.empty());
}

TEST_CASE("thousands of sleeps at any moment lose, double and reorder nothing") {
  for (const int version : both_versions) {
    world w(version);
    std::mt19937 random(20261121);
    const auto below = [&](unsigned n) { return random() % n; };
    std::string said;
    std::string answered;
    std::string held; // of a record: the rest comes later
    for (unsigned step = 0; step < 30'000; ++step) {
      switch (below(6)) {
      case 0: {
        const std::string text = std::to_string(step) + std::string(below(300), '.') + ";";
        said += text;
        std::string bytes = std::exchange(held, {}) + w.seal(text);
        const std::size_t now = below(2) == 0 ? bytes.size() : below(unsigned(bytes.size()));
        held = bytes.substr(now);
        w.send_raw(bytes.substr(0, now));
        break;
      }
      case 1: {
        const std::string text = std::to_string(step) + std::string(below(3'000), '.') + ";";
        answered += text;
        w.server->write(text);
        break;
      }
      case 2:
      case 3:
        w.server->rest();
        break;
      default:
        w.turn();
      }
      if (held.empty()) continue;
      if (below(4) == 0) w.send_raw(std::exchange(held, {}));
    }
    w.send_raw(held);
    w.until([&] { return w.server->in.size() >= said.size() && w.in.size() >= answered.size(); });
    CHECK(w.server->in == said);
    CHECK(w.in == answered);
    CHECK(w.server->sleeps > 2'000);
  }
}

namespace {

/// Different in every place.
std::string long_text(std::size_t size) {
  std::string text;
  while (text.size() < size)
    text += std::to_string(text.size()) + ' ';
  text.resize(size);
  return text;
}

/// Of these some leave the last record taken, but not all of it by the socket.
/// @param when_heard the client has said something since: with that its system acknowledges more
std::vector<std::size_t> sizes_about_full(bool when_heard = false) {
  world w(TLS1_3_VERSION);
  w.server->write(long_text(1'000'000));
  w.server_turn();
  REQUIRE(w.server->waits > 0);
  if (when_heard) {
    w.send("a");
    w.server_turn();
    w.server_turn();
  }
  const std::size_t full = 1'000'000 - w.server->unwritten();
  std::vector<std::size_t> sizes;
  for (std::size_t less = 0; less < 16'000; less = less * 2 + 5)
    sizes.push_back(full - less);
  return sizes;
}

} // namespace

TEST_CASE("what a full socket does not take goes when it takes more, in order") {
  for (const int version : both_versions) {
    world w(version);
    const std::string text = long_text(2'000'000);
    w.server->write(text);
    for (int i = 0; i < 20; ++i)
      w.server_turn();
    CHECK(w.server->waits > 0);
    CHECK(w.server->stream->unacknowledged() > 0);
    w.until([&] { return w.in.size() >= text.size(); });
    CHECK(w.in == text);
    w.until([&] { return w.server->stream->unacknowledged() == 0; });
    w.sleep(); // nothing is left behind
  }
}

TEST_CASE("a connection does not sleep over what its socket has not taken") {
  for (const std::size_t size : sizes_about_full()) {
    world w(TLS1_3_VERSION);
    const std::string text = long_text(size);
    w.server->write(text);
    w.server_turn();
    w.server->rest();
    w.server_turn();
    w.until([&] { return w.in.size() >= text.size(); });
    REQUIRE(w.in == text);
  }
}

TEST_CASE("keys are changed while a record waits for a full socket") {
  world w(TLS1_3_VERSION);
  const std::string text = long_text(1'000'000);
  w.server->write(text);
  w.server_turn();
  REQUIRE(w.server->waits > 0);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(SSL_key_update(w.ssl.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
    w.send("a");
    for (int n = 0; n < 10; ++n)
      w.server_turn();
  }
  CHECK(w.server->in == "aaa");
  w.until([&] { return w.in.size() >= text.size(); });
  CHECK(w.in == text);
  CHECK_FALSE(w.server->end);
}

TEST_CASE("a write begins in the middle of a change of keys") {
  world w(TLS1_3_VERSION);
  REQUIRE(SSL_key_update(w.ssl.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
  const std::string records = w.seal("a");
  w.send_raw(std::string_view(records).substr(0, 10));
  for (int n = 0; n < 10; ++n)
    w.server_turn();
  w.server->write("b");
  w.until([&] { return w.in == "b"; });
  w.send_raw(std::string_view(records).substr(10));
  w.until([&] { return w.server->in == "a"; });
}

TEST_CASE("who has keys changed on and on and reads no answer is not heard any more") {
  world w(TLS1_3_VERSION);
  w.server->write(long_text(1'000'000));
  w.server_turn();
  error_code e;
  std::size_t most = 0;
  for (int quiet = 0, i = 0; i < 100'000 && quiet < 1'000; ++i) {
    std::string record;
    if (SSL_key_update(w.ssl.get(), SSL_KEY_UPDATE_REQUESTED) == 1) record = w.seal("a");
    while (!record.empty() && quiet < 1'000) {
      record.erase(0, w.socket.write_some(asio::buffer(record), e));
      w.server_turn();
      quiet = e ? quiet + 1 : 0;
    }
    most = std::max(most, w.server->stream->unacknowledged());
    if (w.server->end) break;
  }
  CHECK(most < 1'000'000);
  const bool waits_or_gave_up = e == asio::error::would_block || w.server->end.failed();
  CHECK(waits_or_gave_up);
}

TEST_CASE("a peer that resets the connection ends the write that waits for it") {
  for (const int version : both_versions) {
    world w(version);
    w.server->write(long_text(1'000'000));
    w.server_turn();
    REQUIRE(w.server->waits > 0);
    w.socket.set_option(asio::socket_base::linger(true, 0));
    w.socket.close();
    for (int i = 0; i < 20; ++i)
      w.server_turn();
    CHECK((w.server->write_end == asio::error::connection_reset ||
           w.server->write_end == asio::error::broken_pipe));
    w.server->write("more");
    for (int i = 0; i < 20; ++i)
      w.server_turn();
    CHECK(w.server->write_end.failed());
  }
}

TEST_CASE("close_notify waits for a full socket, behind what was written before") {
  for (const std::size_t size : sizes_about_full()) {
    world w(TLS1_3_VERSION);
    const std::string text = long_text(size);
    w.server->write(text);
    w.server_turn();
    if (w.server->waits > 0) w.until([&] { return !w.server->is_writing(); });
    w.server->shut_down();
    w.server_turn();
    w.send("and the peer goes on");
    for (int i = 0; i < 5; ++i)
      w.server_turn();
    w.until([&] { return (SSL_get_shutdown(w.ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0; });
    REQUIRE(w.in == text);
  }
}

TEST_CASE("what waits for a full socket is not closed over when the peer said goodbye first") {
  for (const std::size_t size : sizes_about_full(true)) {
    world w(TLS1_3_VERSION);
    const std::string text = long_text(size);
    w.server->write(text);
    w.server_turn();
    SSL_shutdown(w.ssl.get());
    w.send_raw(w.take_output());
    w.server_turn();
    REQUIRE(w.server->end == asio::error::eof);
    bool asked = false;
    w.until([&] {
      if (!w.server->is_writing() && !std::exchange(asked, true)) w.server->shut_down();
      return w.ended;
    });
    REQUIRE(w.in == text);
    CHECK((SSL_get_shutdown(w.ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0);
  }
}

TEST_CASE("who waits for a full socket goes with the loop, even if that never turns again") {
  {
    world w(TLS1_3_VERSION);
    w.server->write(long_text(1'000'000));
    w.server_turn();
    REQUIRE(w.server->waits > 0);
    REQUIRE(reader::alive == 1);
    w.polls_at_its_end = false;
  }
  CHECK(reader::alive == 0);
}

TEST_CASE("a peer that goes in the middle of the handshake is said to have gone") {
  asio::io_context context;
  asio::ssl::context client_context(asio::ssl::context::tls_client);
  const std::unique_ptr<SSL, free_ssl> ssl(SSL_new(client_context.native_handle()));
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl.get());
  SSL_do_handshake(ssl.get());
  std::string hello(BIO_ctrl_pending(SSL_get_wbio(ssl.get())), '\0');
  BIO_read(SSL_get_wbio(ssl.get()), hello.data(), static_cast<int>(hello.size()));

  asio::ip::tcp::acceptor acceptor(context,
                                   asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  transport::tcp_socket peer(context);
  peer.connect(acceptor.local_endpoint());
  transport::tcp_socket accepted(context);
  acceptor.accept(accepted);
  const boost::intrusive_ptr<reader> server(new reader(transport::make_tls_stream(
      std::move(accepted), tls::make_server_context(test::server_tls()).value(),
      transport::stream::side::server)));
  asio::write(peer, asio::buffer(hello));
  peer.set_option(asio::socket_base::linger(true, 0));
  peer.close();
  server->start();
  context.run();
  CHECK((server->end == asio::error::connection_reset || server->end == asio::error::broken_pipe));
}
