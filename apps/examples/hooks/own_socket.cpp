// The server accepts on sockets that the host was started with: those of systemd's socket
// activation (sd_listen_fds(3)), over TCP or Unix sockets.
//   own_socket CERTIFICATE KEY
#include <asio_chat/server.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <unistd.h>

int main(int argc, char** argv) try {
  constexpr int first = 3; // SD_LISTEN_FDS_START
  const char* const pid = std::getenv("LISTEN_PID");
  const char* const count = std::getenv("LISTEN_FDS");
  const bool has_sockets = pid && count && std::atoi(pid) == ::getpid();
  if (argc != 3 || !has_sockets) {
    std::cerr << "usage: systemd-socket-activate -l 8443 own_socket CERTIFICATE.pem KEY.pem\n";
    return 2;
  }
  boost::asio::io_context context;
  asio_chat::server_config config;
  config.tls.certificate_file = argv[1];
  config.tls.private_key_file = argv[2];
  asio_chat::server chat(context, config);
  for (int socket = first; socket < first + std::atoi(count); ++socket)
    chat.listen_on(socket); // which closes it in the end
  std::cout << "ready" << std::endl;
  context.run();
} catch (const asio_chat::error& e) {
  std::cerr << "own_socket: " << e.what() << '\n';
  return 1;
}
