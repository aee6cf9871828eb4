// A program with an event loop of another kind, such as a GUI or a game: it polls the context
// between its own events, on its one thread, and never waits in it.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>

#include <iostream>
#include <queue>
#include <string>

using namespace asio_chat;

namespace {

/// Stands for the events of a toolkit: a person types.
struct window {
  std::queue<std::string> typed{{"hello", "is tea ready?"}};
  void show(const std::string& line) { std::cout << line << '\n'; }
};

} // namespace

int main() {
  window w;
  boost::asio::io_context context;
  server chat(context, server_config());
  client_config config;
  config.name = "alice";
  client me(context, config);
  bool ready = false;
  int stored = 0;
  me.async_connect_in_memory(chat.connect_in_memory(), [&](error_code e, const connected& c) {
    ready = !e;
    w.show("connected as " + c.name);
  });

  while (stored < 2) { // the loop of the toolkit
    if (ready && !w.typed.empty()) {
      me.async_send("lobby", w.typed.front(), [&](error_code, const acknowledged& a) {
        ++stored;
        w.show("stored at " + std::to_string(a.at.offset));
      });
      w.typed.pop();
    }
    context.poll(); // what is ready, and back to the toolkit: from a timer or an idle handler
  }
}
