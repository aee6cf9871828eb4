// Lets clients with a certificate of the CA in, and echoes what they send:
//   recipe_mutual_tls PORT CA.pem CERTIFICATE.pem KEY.pem
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <iostream>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;
using tls_stream = asio::ssl::stream<tcp::socket>;

// Each awaited call is a statement of its own or initialises one variable: GCC 12 miscompiles more.
asio::awaitable<void> echo(tcp::socket socket, asio::ssl::context& context) {
  const auto stream = std::make_shared<tls_stream>(std::move(socket), context);
  asio::steady_timer deadline(stream->get_executor(), std::chrono::seconds(10));
  boost::system::error_code error;
  deadline.async_wait([stream](auto cancelled) {
    boost::system::error_code ignored;
    if (!cancelled) stream->next_layer().close(ignored);
  });
  auto or_error = asio::redirect_error(asio::use_awaitable, error);

  co_await stream->async_handshake(tls_stream::server, or_error);
  SSL* ssl = stream->native_handle();
  if (error) {
    std::cout << "refused: " << tls::handshake_failure_reason(error, ssl) << std::endl;
    co_return;
  }
  std::cout << "client: " << tls::describe_session(ssl).peer_subject << std::endl;
  // This reads bytes, not lines, so that a client that ends no line is answered, too.
  std::array<char, 1000> data;
  const auto room = asio::buffer(data);
  while (!error) {
    const std::size_t n = co_await stream->async_read_some(room, or_error);
    if (error) break;
    const auto heard = asio::buffer(data, n);
    co_await asio::async_write(*stream, heard, or_error);
  }
  if (error != asio::error::eof) co_return;
  co_await stream->async_shutdown(or_error);
}

asio::awaitable<void> serve(tcp::acceptor& acceptor, asio::ssl::context& context) {
  asio::steady_timer pause(acceptor.get_executor());
  boost::system::error_code error;
  auto or_error = asio::redirect_error(asio::use_awaitable, error);
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(or_error);
    if (!error) {
      asio::co_spawn(acceptor.get_executor(), echo(std::move(socket), context), asio::detached);
      continue;
    }
    // No descriptor left, for instance: that passes, but not by trying at once.
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(asio::use_awaitable);
  }
}

int main(int argc, char** argv) try {
  if (argc != 5) throw std::runtime_error("PORT CA.pem CERTIFICATE.pem KEY.pem");
  asio_chat::tls_server_config config;
  config.client_ca_file = argv[2];
  config.clients = asio_chat::client_certificates::required;
  config.certificate_file = argv[3];
  config.private_key_file = argv[4];
  config.alpn.clear(); // an echo server speaks no named protocol
  const auto context = tls::make_server_context(config).value();

  asio::io_context io;
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
  std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](auto, auto) { io.stop(); });
  asio::co_spawn(io, serve(acceptor, *context), asio::detached);
  io.run();
} catch (const std::exception& e) {
  std::cerr << "recipe_mutual_tls: " << e.what() << '\n';
  return 1;
}
