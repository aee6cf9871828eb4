// A client, and none of what only a server needs.
#include <asio_chat/client.hpp>
#include <asio_chat/version.hpp>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#if ASIO_CHAT_VERSION < 100
#error "this is written for 0.1"
#endif

int main() {
  // Nobody listens there: the failure explains itself.
  boost::asio::thread_pool pool(2);
  asio_chat::client_config config;
  config.port = 1;
  asio_chat::client chat(boost::asio::make_strand(pool), config);
  asio_chat::diagnostics why;
  asio_chat::error_code code;
  chat.async_connect(why, [&](asio_chat::error_code e, const asio_chat::connected&) { code = e; });
  pool.join();
  std::cout << why.message() << '\n';

  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("libsqlite3.so") != line.npos || line.find("libsodium.so") != line.npos) return 1;
  return code && !why.message().empty() ? 0 : 1;
}
