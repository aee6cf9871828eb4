// What the commands have in common that measure asio-chatd and the bare loop in turn.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace asio_chat::bench {

struct pair_settings {
  std::string daemon; ///< its program; the one beside this program if nothing else is said
  unsigned pairs = 5;
  int server_cpu = 0;
  int generator_cpu = 1;
  bool json = false;
};

void add_pair_options(CLI::App& command, pair_settings& to);

} // namespace asio_chat::bench
