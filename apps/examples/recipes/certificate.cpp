// Shows a server's certificate, trusted or not: recipe_certificate HOST PORT CA.pem
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <iostream>
#include <unistd.h>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("HOST PORT CA.pem");
  ::alarm(10); // ends the program if a call blocks
  asio_chat::tls_client_config config;
  config.ca_file = argv[3];
  config.alpn.clear();
  const auto context = tls::make_client_context(config).value();
  asio::io_context io;
  asio::ssl::stream<tcp::socket> stream(io, *context);
  asio::connect(stream.next_layer(), tcp::resolver(io).resolve(argv[1], argv[2]));
  tls::server_verifier verifier(config, argv[1]);
  verifier.attach(stream.native_handle()).value();
  boost::system::error_code error;
  stream.handshake(stream.client, error);

  if (verifier.seen()) std::cout << tls::to_text(*verifier.seen()) << std::flush;
  const std::string by = verifier.outcome(stream.native_handle(), error).value();
  std::cout << "verified by " << by << '\n';
} catch (const std::exception& e) {
  std::cerr << "recipe_certificate: " << e.what() << '\n';
  return 1;
}
