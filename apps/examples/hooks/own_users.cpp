// The users of the host: who they are, and what they may do, comes from a table of its own.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>
#include <asio_chat/server_hooks.hpp>

#include <boost/asio/post.hpp>
#include <iostream>
#include <map>

using namespace asio_chat;

int main() {
  const std::map<std::string, std::string> users{{"alice", "wonderland"}};
  boost::asio::io_context context;
  server_hooks hooks;
  hooks.authenticate = [&](const login_request& who, const login_answer_handler& answer) {
    // A database would take its time: keep `answer`, return, and call it on this thread later.
    boost::asio::post(context, [&users, who, answer] {
      const auto found = users.find(who.name);
      if (found == users.end() || who.password != found->second)
        return answer(login_refused{.why = "wrong name or password", .for_good = true});
      answer(
          login_accepted{.user = "id of " + who.name, .may = rights::all().without(right::rename)});
    });
  };
  server chat(context, server_config(), std::move(hooks));

  for (const char* password : {"guess", "wonderland"}) {
    client_config config;
    config.name = "alice";
    config.passphrase = password;
    client alice(context, std::move(config));
    alice.async_connect_in_memory(chat.connect_in_memory(), [&](error_code e, const connected&) {
      std::cout << password << ": " << (e ? e.message() : "welcome") << '\n';
    });
    context.restart();
    context.poll();
  }
}
