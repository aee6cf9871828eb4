// A program without Asio of its own: the chat runs on a thread, and the program waits for futures.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <iostream>
#include <thread>

namespace asio = boost::asio;
using namespace asio_chat;

int main() {
  asio::io_context context;
  server chat(context, server_config());
  client_config config;
  config.name = "alice";
  client me(context, config);
  auto work = asio::make_work_guard(context);
  std::thread loop([&] { context.run(); });

  // Server and client are called on the thread of the context only, so each call is posted to it;
  // what it gives is waited for here.
  const auto on_loop = [&](auto call) {
    return asio::post(context, asio::use_future([call] { return call(); })).get().get();
  };
  const connected c = on_loop(
      [&] { return me.async_connect_in_memory(chat.connect_in_memory(), asio::use_future); });
  const acknowledged a = on_loop([&] { return me.async_send("lobby", "hello", asio::use_future); });
  std::cout << c.name << " said something, stored at " << a.at.offset << '\n';
  on_loop([&] { return me.async_close(asio::use_future); });
  on_loop([&] { return chat.async_stop(asio::use_future); });
  work.reset();
  loop.join();
}
