// The host speaks as a member of its own, and keeps a record of everything that is said.
#include <asio_chat/client.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>
#include <asio_chat/server.hpp>

#include <functional>
#include <iostream>

using namespace asio_chat;
int main() {
  boost::asio::io_context context;
  server chat(context, server_config());
  host_member system(chat, "system");
  // A real host reads the positions of the last run here, and writes `record.positions()` back.
  log_watch record(chat, {{"lobby", position()}});
  std::function<void(result<watched>)> next = [&](const result<watched>& r) {
    if (!r) return;
    if (const auto* e = std::get_if<entry>(&*r))
      std::cout << e->room << ' ' << e->at.offset << ' ' << e->from << ": " << e->text << '\n';
    record.async_receive(next);
  };
  record.async_receive(next);

  client_config config;
  config.name = "alice";
  client alice(context, config);
  alice.async_connect_in_memory(chat.connect_in_memory(), [&](error_code, const connected&) {
    system.async_post({.room = "lobby", .text = "tea is ready"}, [&](const result<position>&) {
      alice.async_send("lobby", "thank you", [](error_code, const acknowledged&) {});
    });
  });
  config.name = "System";
  client liar(context, config);
  liar.async_connect_in_memory(chat.connect_in_memory(), [](error_code e, const connected&) {
    std::cout << "another System: " << e.message() << '\n';
  });
  context.poll();
}
