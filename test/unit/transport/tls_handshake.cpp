// B30: handshakes that have to wait until the socket can be read or written.
#include "tls_pair.hpp"

#include "support/temp_directory.hpp"
#include "tls/x509/issue.hpp"

#include <fstream>
#include <sstream>

using namespace asio_chat;
using namespace asio_chat::test::tls;
namespace asio = boost::asio;
namespace x509 = asio_chat::tls::x509;

namespace {

/// A server's flight of 300 kB: more than the sockets hold, and more than the writer keeps.
tls_server_config with_a_long_chain(const test::temp_directory& directory) {
  std::ostringstream chain;
  chain << std::ifstream(test::certificates().server_certificate).rdbuf();
  x509::request what;
  what.common_name = "one of many";
  what.for_role = x509::role::self_signed;
  for (int i = 0; i < 500; ++i)
    what.dns_names.push_back("a-long-name-of-no-host-at-all-" + std::to_string(i) + ".example");
  const std::string path = directory / "one";
  x509::save(x509::issue(what).value(), path + ".crt", path + ".key").value();
  for (int i = 0; i < 15; ++i)
    chain << std::ifstream(path + ".crt").rdbuf();
  tls_server_config config = test::server_tls();
  config.certificate_file = directory / "chain.pem";
  std::ofstream(config.certificate_file) << chain.str();
  return config;
}

/// A client that reads when it is told to.
struct reluctant {
  reluctant(int version, const tls_server_config& config)
      : tls_context(asio::ssl::context::tls_client)
      , socket(context) {
    SSL_CTX_set_min_proto_version(tls_context.native_handle(), version);
    SSL_CTX_set_max_proto_version(tls_context.native_handle(), version);
    SSL_CTX_set_max_cert_list(tls_context.native_handle(), 1 << 20);
    ssl.reset(SSL_new(tls_context.native_handle()));
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl.get());
    asio::ip::tcp::acceptor acceptor(context,
                                     asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    socket.open(asio::ip::tcp::v4());
    socket.set_option(asio::socket_base::receive_buffer_size(8 * 1024));
    socket.connect(acceptor.local_endpoint());
    transport::tcp_socket accepted(context);
    acceptor.accept(accepted);
    accepted.set_option(asio::socket_base::send_buffer_size(8 * 1024));
    socket.non_blocking(true);
    server.reset(new reader(transport::make_tls_stream(std::move(accepted),
                                                       tls::make_server_context(config).value(),
                                                       transport::stream::side::server)));
    server->start();
  }
  ~reluctant() {
    server->close();
    server_turn();
  }

  /// The number of handlers that ran.
  std::size_t server_turn() {
    context.restart();
    return context.poll();
  }
  /// Runs until nothing more happens without the client.
  bool server_waits() {
    for (int i = 0; i < 1'000; ++i)
      if (server_turn() == 0) return true;
    return false;
  }
  void say() {
    SSL_do_handshake(ssl.get());
    std::array<char, 16384> bytes{};
    while (true) {
      const int n = BIO_read(SSL_get_wbio(ssl.get()), bytes.data(), static_cast<int>(bytes.size()));
      if (n <= 0) return;
      asio::write(socket, asio::buffer(bytes.data(), static_cast<std::size_t>(n)));
    }
  }
  std::size_t hear(std::size_t most) {
    std::string bytes(most, '\0');
    error_code e;
    const std::size_t n = socket.read_some(asio::buffer(bytes), e);
    BIO_write(SSL_get_rbio(ssl.get()), bytes.data(), static_cast<int>(n));
    return n;
  }

  asio::io_context context;
  asio::ssl::context tls_context;
  transport::tcp_socket socket;
  std::unique_ptr<SSL, free_ssl> ssl;
  boost::intrusive_ptr<reader> server;
};

} // namespace

TEST_CASE("B30: a handshake that has to wait for writing waits, and goes on when it can") {
  const test::temp_directory directory;
  const tls_server_config config = with_a_long_chain(directory);
  for (const int version : both_versions) {
    reluctant w(version, config);
    w.say();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto in_time = [&] { return std::chrono::steady_clock::now() < deadline; };
    // The server has written what the socket takes. Then it waits, and does not poll.
    while (in_time() && w.server->stream->unacknowledged() < 64 * 1024)
      w.server_turn();
    REQUIRE(w.server_waits());
    CHECK_FALSE(w.server->shaken);
    CHECK_FALSE(w.server->end);
    CHECK(w.server->stream->unacknowledged() < 150 * 1024); // it keeps no more in memory

    std::size_t heard = 0;
    const auto over = [&] { return w.server->shaken && SSL_is_init_finished(w.ssl.get()) == 1; };
    for (; in_time() && !over(); w.server_turn()) {
      heard += w.hear(1000);
      w.say();
    }
    CHECK(over());
    CHECK(heard > 250 * 1024);
  }
}

TEST_CASE("B30: a peer that goes while a handshake waits for writing ends it") {
  const test::temp_directory directory;
  const tls_server_config config = with_a_long_chain(directory);
  for (const int version : both_versions) {
    reluctant w(version, config);
    w.say();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < deadline &&
           w.server->stream->unacknowledged() < 64 * 1024)
      w.server_turn();
    w.socket.close();
    while (std::chrono::steady_clock::now() < deadline && !w.server->end)
      w.server_turn();
    CHECK(w.server->end);
    CHECK_FALSE(w.server->shaken);
  }
}
