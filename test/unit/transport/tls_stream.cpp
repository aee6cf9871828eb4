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

using namespace asio_chat;
namespace asio = boost::asio;

namespace {

/// What a session does with its stream, and nothing else.
class reader final : public transport::stream_owner {
 public:
  explicit reader(std::unique_ptr<transport::stream> s)
      : stream(std::move(s)) {}

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
  void shut_down() { stream->async_shutdown(transport::handler_of<&reader::on_shutdown>(*this)); }

  void close() {
    closed = true;
    stream->close();
  }

  std::unique_ptr<transport::stream> stream;
  std::string in;
  error_code end;
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
    stream->async_write_some(asio::buffer(writing),
                             transport::handler_of<&reader::on_write>(*this));
  }
  void on_write(const error_code& e, std::size_t n) {
    if (e) return;
    writing.erase(0, n);
    out.insert(0, std::exchange(writing, {}));
    flush();
  }
  void on_shutdown(const error_code&, std::size_t) { shut = true; }

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
    for (auto* s : {&socket, &accepted})
      s->set_option(asio::ip::tcp::no_delay(true));
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
    context.restart();
    context.poll();
  }

  /// The records that carry the text, not sent yet.
  std::string seal(std::string_view text) {
    REQUIRE(SSL_write(ssl.get(), text.data(), static_cast<int>(text.size())) > 0);
    return take_output();
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
  bool ended = false;

 private:
  std::string take_output() {
    std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl.get())), '\0');
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl.get()), out.data(), static_cast<int>(out.size()));
    return out;
  }
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
