// A handshake that does not block the program: recipe_nonblocking HOST PORT CA.pem
#include <asio_chat/tls.hpp>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <iostream>

namespace asio = boost::asio;
namespace tls = asio_chat::tls;
using asio::ip::tcp;
using std::chrono::steady_clock;

int main(int argc, char** argv) try {
  if (argc != 4) throw std::runtime_error("HOST PORT CA.pem");
  asio_chat::tls_client_config config;
  config.ca_file = argv[3];
  config.alpn.clear();
  const auto context = tls::make_client_context(config).value();
  asio::io_context io;
  asio::ssl::stream<tcp::socket> stream(io, *context);
  asio::connect(stream.next_layer(), tcp::resolver(io).resolve(argv[1], argv[2]));
  tls::server_verifier verifier(config, argv[1]);
  verifier.attach(stream.native_handle()).value();

  // Asio waits until the socket is readable or writable, as OpenSSL asks for it (WANT_READ,
  // WANT_WRITE), and then continues the handshake. The program does other things in between.
  bool done = false;
  boost::system::error_code error;
  stream.async_handshake(stream.client, [&](auto e) {
    error = e;
    done = true;
  });
  const auto deadline = steady_clock::now() + std::chrono::seconds(1);
  while (!done && steady_clock::now() < deadline) {
    io.run_for(std::chrono::milliseconds(100));
    if (!done) std::cout << "shaking hands...\n";
  }
  if (!done) throw std::runtime_error("no TLS within a second");
  const std::string by = verifier.outcome(stream.native_handle(), error).value();
  std::cout << "verified by " << by << '\n';
} catch (const std::exception& e) {
  std::cerr << "recipe_nonblocking: " << e.what() << '\n';
  return 1;
}
