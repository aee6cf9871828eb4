// An HTTPS client that trusts the system's certificate store: recipe_client HOST PORT
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <iostream>
#include <unistd.h>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("HOST PORT");
  ::alarm(10); // ends the program if a call blocks
  const std::string host = argv[1];
  asio_chat::tls_client_config config; // without CA and pin the system's store is trusted
  config.alpn = {"http/1.1"};
  const auto context = tls::make_client_context(config).value();

  asio::io_context io;
  asio::ssl::stream<tcp::socket> stream(io, *context);
  asio::connect(stream.next_layer(), tcp::resolver(io).resolve(host, argv[2]));
  tls::server_verifier verifier(config, host);
  verifier.attach(stream.native_handle()).value();
  boost::system::error_code error;
  stream.handshake(stream.client, error);
  const std::string by = verifier.outcome(stream.native_handle(), error).value();
  const asio_chat::tls_info agreed = tls::describe_session(stream.native_handle());
  std::cout << agreed.version << ", " << agreed.cipher_suite << ", verified by " << by << '\n';

  asio::write(stream,
              asio::buffer("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
  std::string first(200, '\0');
  first.resize(asio::read(stream, asio::buffer(first), error));
  std::cout << first << '\n';
} catch (const std::exception& e) {
  std::cerr << "recipe_client: " << e.what() << '\n';
  return 1;
}
