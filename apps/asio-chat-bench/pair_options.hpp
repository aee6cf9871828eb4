// The common options of commands that start asio-chatd, and of those that measure it and the bare
// loop in turn.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::bench {

struct core_settings {
  int server_cpu = 0;
  int generator_cpu = 1;
};

struct pair_settings : core_settings {
  std::string daemon; ///< its program; the one beside this program if nothing else is said
  unsigned pairs = 5;
  bool json = false;
};

void add_daemon_option(CLI::App& command, std::string& daemon);
/// Throws setup_error if there is no such program as `option` names.
void check_daemon(const std::string& daemon, std::string_view option = "--asio-chatd");
void add_daemon_arguments(CLI::App& command, std::vector<std::string>& arguments);
void add_core_options(CLI::App& command, core_settings& to);
void add_pair_options(CLI::App& command, pair_settings& to);

} // namespace asio_chat::bench
