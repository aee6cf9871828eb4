// A moderation filter: messages with a word of the list are refused, shouting is lowered.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>
#include <asio_chat/server_hooks.hpp>

#include <algorithm>
#include <iostream>

using namespace asio_chat;
int main() {
  boost::asio::io_context context;
  server_hooks hooks;
  hooks.on_post = [](const post_request& p, const post_answer_handler& answer) {
    std::string text = p.text;
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const char* word : {"darn", "heck"})
      if (text.find(word) != std::string::npos)
        return answer(host_refusal{"mind your words, " + p.by.name});
    const bool shouts =
        std::ranges::none_of(p.text, [](unsigned char c) { return std::islower(c); });
    answer(post_accepted{shouts ? std::optional(text) : std::nullopt});
  };
  server chat(context, server_config(), std::move(hooks));

  client_config config;
  config.name = "alice";
  client alice(context, config);
  alice.async_connect_in_memory(chat.connect_in_memory(), [&](error_code, const connected&) {
    for (const char* text : {"TEA IS READY", "What the heck"})
      alice.async_send("lobby", text, [text](error_code e, const acknowledged&) {
        std::cout << text << ": " << (e ? e.message() : "stored") << '\n';
      });
    alice.async_history("lobby", {}, [](error_code, const history_page& log) {
      for (const entry& e : log.entries)
        std::cout << e.from << " said: " << e.text << '\n';
    });
  });
  context.poll();
}
