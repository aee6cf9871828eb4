// A server's TLS stream over a socket, and a client that the test moves by hand, so that every byte
// arrives when the test wants it.
#pragma once

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/run_until.hpp"
#include "transport/stream.hpp"

#include <asio_chat/tls/context.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::test::tls {

namespace asio = boost::asio;

/// Does with the stream what a session does, and nothing else.
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
  /// Goes to sleep if nothing happens before.
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
  int waits = 0; ///< how often it waited for a full socket
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
        std::move(accepted), asio_chat::tls::make_server_context(server_tls()).value(),
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

  /// Returns the records with the text, which are not sent yet.
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

  /// Runs everything that can happen on both sides without waiting.
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
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done() && std::chrono::steady_clock::now() < deadline)
      turn();
    REQUIRE(done());
  }
  /// Runs everything that the server can do while its client reads nothing.
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
  std::string in; ///< the bytes that the client has received
  bool polls_at_its_end = true;
  bool ended = false;
};

inline constexpr int both_versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

} // namespace asio_chat::test::tls
