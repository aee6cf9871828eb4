// A chat server inside of a program, which has its own io_context and thread, and decides when to
// stop.
//   embedded_chat CERTIFICATE KEY
#include <asio_chat/server.hpp>

#include <boost/asio/signal_set.hpp>

#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: embedded_chat CERTIFICATE.pem KEY.pem\n";
    return 2;
  }
  boost::asio::io_context context;
  asio_chat::server_config config;
  config.tls.certificate_file = argv[1];
  config.tls.private_key_file = argv[2];
  asio_chat::server chat(context, config);
  std::cout << "listening on " << chat.listen("127.0.0.1", 0) << std::endl;

  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](auto, int) { chat.async_stop([&](auto) { context.stop(); }); });
  context.run();
} catch (const asio_chat::error& e) {
  std::cerr << "embedded_chat: " << e.what() << '\n';
  return 1;
}
