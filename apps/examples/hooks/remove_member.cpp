// The host sees its rooms and connections, and ends one.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>

#include <functional>
#include <iostream>

using namespace asio_chat;

int main() {
  boost::asio::io_context context;
  server chat(context, server_config());
  client_config config;
  config.name = "mallory";
  client mallory(context, config);
  mallory.async_connect_in_memory(chat.connect_in_memory(), [](error_code, const connected&) {});
  context.poll();

  for (const room_info& r : chat.rooms())
    std::cout << r.name << " has members: " << r.members << '\n';
  for (const session_info& s : chat.sessions()) {
    std::cout << s.name << " comes by " << s.address << '\n';
    if (s.name == "mallory") chat.close(s.number, {close_code::removed, "that is enough"});
  }

  std::function<void(error_code, client_event)> next = [&](error_code e,
                                                           const client_event& event) {
    if (e) return;
    if (const auto* end = std::get_if<disconnected>(&event))
      std::cout << "mallory is told: " << end->reason.phrase << '\n';
    mallory.async_receive(next);
  };
  mallory.async_receive(next);
  context.restart();
  context.poll();
  std::cout << "members now: " << chat.stats().members << '\n';
}
