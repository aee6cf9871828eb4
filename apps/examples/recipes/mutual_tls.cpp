// Lets one client in that shows a certificate of the CA, and echoes one line:
//   recipe_mutual_tls PORT CA.pem CERTIFICATE.pem KEY.pem
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <iostream>
#include <unistd.h>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;

int main(int argc, char** argv) try {
  if (argc != 5) throw std::runtime_error("PORT CA.pem CERTIFICATE.pem KEY.pem");
  asio_chat::tls_server_config config;
  config.client_ca_file = argv[2];
  config.clients = asio_chat::client_certificates::required;
  config.certificate_file = argv[3];
  config.private_key_file = argv[4];
  config.alpn.clear(); // an echo has no name
  const auto context = tls::make_server_context(config).value();

  asio::io_context io;
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
  std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
  asio::ssl::stream<tcp::socket> stream(acceptor.accept(), *context);
  ::alarm(10); // whatever blocks
  boost::system::error_code error;
  stream.handshake(stream.server, error);
  SSL* ssl = stream.native_handle();
  if (error) throw std::runtime_error(tls::handshake_failure_reason(error, ssl));
  std::cout << "client: " << tls::describe_session(ssl).peer_subject << '\n';

  std::string line;
  asio::read_until(stream, asio::dynamic_buffer(line, 1000), '\n');
  asio::write(stream, asio::buffer(line));
  stream.shutdown(error);
} catch (const std::exception& e) {
  std::cerr << "recipe_mutual_tls: " << e.what() << '\n';
  return 1;
}
