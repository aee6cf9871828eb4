// The host accepts connections by itself, and hands them to the server: behind a limit of its own,
// or with a socket that systemd has opened.
//   own_acceptor CERTIFICATE KEY
#include <asio_chat/server.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <iostream>

namespace asio = boost::asio;
using asio::ip::tcp;

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: own_acceptor CERTIFICATE.pem KEY.pem\n";
    return 2;
  }
  asio::io_context context;
  asio_chat::server_config config;
  config.tls.certificate_file = argv[1];
  config.tls.private_key_file = argv[2];
  asio_chat::server chat(context, config);

  tcp::acceptor mine(context, {asio::ip::make_address("127.0.0.1"), 0});
  std::cout << "listening on " << mine.local_endpoint() << std::endl;
  std::function<void(const boost::system::error_code&, tcp::socket)> accepted =
      [&](const boost::system::error_code& e, tcp::socket socket) {
        if (!e) chat.accept(std::move(socket));
        mine.async_accept(accepted);
      };
  mine.async_accept(accepted);
  context.run();
} catch (const asio_chat::error& e) {
  std::cerr << "own_acceptor: " << e.what() << '\n';
  return 1;
}
