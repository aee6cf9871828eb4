// TLS connections whose socket is full.
#include "tls_pair.hpp"

#include <algorithm>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::test::tls;
namespace asio = boost::asio;

namespace {

/// A text that is different at each position.
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

TEST_CASE("a connection that sleeps waits for a full socket, and for its peer at the same time") {
  for (const int version : both_versions) {
    world w(version);
    w.sleep();
    const std::string text = long_text(1'000'000);
    w.server->write(text);
    for (int i = 0; i < 20; ++i)
      w.server_turn();
    REQUIRE(w.server->waits > 0);
    CHECK(w.server->asleep);
    CHECK(w.server->stream->unacknowledged() > 0);
    w.send("a");
    for (int i = 0; i < 20; ++i)
      w.server_turn();
    CHECK(w.server->in == "a");
    CHECK(w.server->is_writing()); // what waits for the socket is not lost by the waking
    w.until([&] { return w.in.size() >= text.size(); });
    CHECK(w.in == text);
    w.sleep();
    const std::string more = long_text(300'000);
    w.server->write(more); // nothing wakes it
    w.until([&] { return w.in.size() >= text.size() + more.size(); });
    CHECK(w.in.substr(text.size()) == more);
    CHECK(w.server->asleep);
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

TEST_CASE("a peer that has keys changed on and on and reads no answer is not heard any more") {
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
  const bool asleep = GENERATE(false, true);
  for (const int version : both_versions) {
    world w(version);
    if (asleep) w.sleep();
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
  const bool asleep = GENERATE(false, true);
  for (const std::size_t size : sizes_about_full()) {
    world w(TLS1_3_VERSION);
    if (asleep) w.sleep();
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

TEST_CASE(
    "a peer that waits for a full socket goes with the loop, even if that never turns again") {
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
