// A bridge: what is said in a room of one server is said in the same room of another one, and back.
#include <asio_chat/client.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <iostream>
#include <string>

namespace asio = boost::asio;
using namespace asio_chat;

namespace {

// Each awaited call is a statement of its own or initialises one variable: GCC 12 miscompiles more.
asio::awaitable<void> carry(log_watch& from, host_member& to) {
  for (;;) {
    const result<watched> next = co_await from.async_receive(asio::use_awaitable);
    if (!next) co_return; // the server has stopped
    const entry* said = std::get_if<entry>(&*next);
    if (said == nullptr || said->from == to.name()) continue; // its own words came from over there
    // The id makes it safe to carry an entry again after a restart of the bridge.
    host_message message{said->room, said->from + " says: " + said->text, said->kind,
                         std::to_string(said->at.epoch) + "." + std::to_string(said->at.offset)};
    co_await to.async_post(std::move(message), asio::use_awaitable);
  }
}

} // namespace

int main() {
  asio::io_context context;
  server east(context, server_config());
  server west(context, server_config());
  host_member in_east(east, "bridge");
  host_member in_west(west, "bridge");
  log_watch of_east(east, {{"lobby", position()}});
  log_watch of_west(west, {{"lobby", position()}});
  asio::co_spawn(context, carry(of_east, in_west), asio::detached);
  asio::co_spawn(context, carry(of_west, in_east), asio::detached);

  client_config config;
  config.name = "alice";
  client alice(context, config);
  config.name = "bob";
  client bob(context, config);
  alice.async_connect_in_memory(east.connect_in_memory(), [&](error_code, const connected&) {
    alice.async_send("lobby", "hello, west", [](error_code, const acknowledged&) {});
  });
  bob.async_connect_in_memory(west.connect_in_memory(), [&](error_code, const connected&) {
    bob.async_send("lobby", "hello, east", [](error_code, const acknowledged&) {});
  });
  context.poll();

  for (host_member* side : {&in_east, &in_west})
    side->async_history("lobby", {}, [side, &in_east](const result<history_page>& log) {
      std::cout << (side == &in_east ? "in the east\n" : "in the west\n");
      for (const entry& e : log.value().entries)
        std::cout << "  " << e.from << ": " << e.text << '\n';
    });
  context.poll();
}
