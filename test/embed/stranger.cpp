// What a program that embeds the library does first: a server, a client, one message.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <iostream>

int main() {
  boost::asio::io_context context;
  asio_chat::server server(context, asio_chat::server_config());
  asio_chat::client_config config;
  config.name = "stranger";
  asio_chat::client client(context, config);

  // A callback inside, a future outside: any completion token will do.
  auto connected =
      client.async_connect_in_memory(server.connect_in_memory(), boost::asio::use_future);
  auto kept = client.async_send("lobby", "hello", boost::asio::use_future);
  context.run_for(std::chrono::seconds(5));
  const auto me = connected.get();
  const auto place = kept.get();
  std::cout << me.name << " said something, kept at " << place.at.offset << '\n';
  return me.name == "stranger" && place.at.offset == 1 ? 0 : 1;
}
