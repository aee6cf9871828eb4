// A command of the host, which members find in /help and in completion.
#include <asio_chat/client.hpp>
#include <asio_chat/host_requests.hpp>
#include <asio_chat/server.hpp>

#include <iostream>
#include <random>

using namespace asio_chat;

int main() {
  boost::asio::io_context context;
  server chat(context, server_config());
  chat.add_command(
      {.info =
           {.name = "roll",
            .arguments = {{.name = "SIDES", .kind = argument_kind::number, .min = 2, .max = 100}},
            .help = "roll a die"},
       .needs = right::speak,
       .run = [dice = std::mt19937(1)](const command_call& call,
                                       const command_answer_handler& answer) mutable {
         const auto sides = std::stoul(call.arguments.at(0)); // checked to be 2 to 100
         answer(command_lines{{call.by.name + " rolls " + std::to_string(dice() % sides + 1)}});
       }});

  client_config config;
  config.name = "alice";
  client alice(context, config);
  alice.async_connect_in_memory(chat.connect_in_memory(), [&](error_code, const connected&) {
    for (const char* line : {"/roll 6", "/roll 1", "/help roll"})
      alice.async_command("lobby", line, [line](error_code e, const reply& r) {
        std::cout << line << ": " << (e ? e.message() : r.lines.at(0)) << '\n';
      });
  });
  context.poll();
}
