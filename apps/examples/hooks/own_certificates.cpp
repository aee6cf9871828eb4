// The host has its certificates elsewhere than in files, such as in a vault, and renews them there.
//   own_certificates CERTIFICATE KEY CA
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

using namespace asio_chat;
std::string from_vault(const char* name) {
  return (std::ostringstream() << std::ifstream(name).rdbuf()).str();
}
int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  boost::asio::io_context context;
  server_config config;
  config.tls.certificate_pem = from_vault(argv[1]);
  config.tls.private_key_pem = from_vault(argv[2]);
  server chat(context, config);
  client_config mine;
  mine.host = "localhost";
  mine.port = chat.listen(mine.host, 0).port();
  mine.tls.ca_pem = from_vault(argv[3]);
  client alice(context, mine);
  alice.async_connect([&](error_code e, const connected& me) {
    std::cout << "connected: " << (e ? e.message() : me.tls.version) << '\n';
    chat.async_reload_tls(config.tls, [&](const result<void>& renewed) {
      std::cout << "renewed: " << (renewed ? "yes" : renewed.error().message) << '\n';
      chat.async_stop([&](error_code) { context.stop(); }); // alice would come back
    });
  });
  context.run();
} catch (const std::exception& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
