// What a program that embeds the library does first: a server, a client, one message.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>
#include <asio_chat/tls.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <iostream>
#include <string>

bool header_only_asio_works(); // header_only.cpp

int main() try {
  boost::asio::io_context context;
  asio_chat::server server(context, asio_chat::server_config());
  asio_chat::client_config config;
  config.name = "stranger";
  asio_chat::client client(context, config);

  // A callback, then a future: any completion token will do.
  std::future<asio_chat::acknowledged> kept;
  std::string name;
  client.async_connect_in_memory(
      server.connect_in_memory(), [&](asio_chat::error_code, asio_chat::connected me) {
        name = me.name;
        kept = client.async_send("lobby", "hello", boost::asio::use_future);
      });
  context.run_for(std::chrono::seconds(1));
  const auto place = kept.get();
  std::cout << name << " said something, kept at " << place.at.offset << '\n';

  // The TLS parts alone.
  const auto tls = asio_chat::tls::make_client_context(config.tls);
  return name == "stranger" && place.at.offset == 1 && tls && header_only_asio_works() ? 0 : 1;
} catch (const std::exception& e) {
  std::cerr << "stranger: " << e.what() << '\n';
  return 1;
}
