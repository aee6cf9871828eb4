// Sends the time to known clients: their certificate must be issued by the CA, be valid now, and
// have one of the allowed names. A client that is refused gets no byte of the application.
//   tls_time_server PORT CA.pem CERTIFICATE.pem KEY.pem ALLOWED...     e.g. ALLOWED = cn:alice
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <iostream>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;
using std::chrono::system_clock;
using tls_stream = asio::ssl::stream<tcp::socket>;

// Each awaited call is a statement of its own or initialises one variable: GCC 12 miscompiles more.
asio::awaitable<void> tell_time(tcp::socket socket, asio::ssl::context& context,
                                const tls::peer_policy& allowed) {
  const tcp::endpoint peer = socket.remote_endpoint();
  const auto stream = std::make_shared<tls_stream>(std::move(socket), context);
  asio::steady_timer deadline(stream->get_executor(), std::chrono::seconds(5));
  deadline.async_wait([stream](auto cancelled) {
    boost::system::error_code ignored;
    if (!cancelled) stream->next_layer().close(ignored);
  });
  boost::system::error_code error;
  auto or_error = asio::redirect_error(asio::use_awaitable, error);

  co_await stream->async_handshake(tls_stream::server, or_error);
  SSL* ssl = stream->native_handle();
  if (error) {
    std::cout << "Refused " << peer << ": " << tls::handshake_failure_reason(error, ssl)
              << std::endl;
    co_return;
  }
  const system_clock::time_point now = system_clock::now();
  const asio_chat::result<void> known = allowed.check(SSL_get0_peer_certificate(ssl), now);
  if (!known) {
    std::cout << "Refused " << peer << ": " << known.error().message << std::endl;
    co_return;
  }

  const std::string time = tls::time_text(std::chrono::floor<std::chrono::seconds>(now));
  const std::string line = time + '\n';
  const auto said = asio::buffer(line);
  co_await asio::async_write(*stream, said, or_error);
  if (error) co_return;
  std::cout << "Securely sent " << time << " to " << peer << std::endl;
  co_await stream->async_shutdown(or_error);
}

asio::awaitable<void> serve(tcp::acceptor& acceptor, asio::ssl::context& context,
                            const tls::peer_policy& allowed) {
  asio::steady_timer pause(acceptor.get_executor());
  boost::system::error_code error;
  auto or_error = asio::redirect_error(asio::use_awaitable, error);
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(or_error);
    if (!error) {
      asio::co_spawn(acceptor.get_executor(), tell_time(std::move(socket), context, allowed),
                     asio::detached);
      continue;
    }
    // There may be no descriptor left, for instance. That passes, but not at once.
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(asio::use_awaitable);
  }
}

int main(int argc, char** argv) try {
  if (argc < 6) {
    std::cerr << "usage: tls_time_server PORT CA.pem CERTIFICATE.pem KEY.pem ALLOWED...\n";
    return 2;
  }
  asio_chat::tls_server_config config;
  config.client_ca_file = argv[2];
  config.certificate_file = argv[3];
  config.private_key_file = argv[4];
  config.clients = asio_chat::client_certificates::required;
  config.alpn.clear();
  const auto context = tls::make_server_context(config).value();
  const tls::peer_policy allowed = tls::peer_policy::parse({argv + 5, argv + argc}).value();

  asio::io_context io;
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
  std::cout << "Server listening: " << acceptor.local_endpoint() << std::endl;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](auto, auto) { io.stop(); });
  asio::co_spawn(io, serve(acceptor, *context, allowed), asio::detached);
  io.run();
} catch (const std::exception& e) {
  std::cerr << "tls_time_server: " << e.what() << '\n';
  return 1;
}
