// A bot on a server.
//   bot HOST PORT CA
#include "bot.hpp"

#include <iostream>
#include <string>

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::cerr << "usage: bot HOST PORT CA.pem\n";
    return 2;
  }
  boost::asio::io_context context;
  asio_chat::client_config config;
  config.host = argv[1];
  config.port = static_cast<std::uint16_t>(std::stoi(argv[2]));
  config.name = "bot";
  config.tls.ca_file = argv[3];
  bot echo(context, std::move(config));
  echo.start();
  context.run();
} catch (const std::exception& e) {
  std::cerr << "bot: " << e.what() << '\n';
  return 1;
}
