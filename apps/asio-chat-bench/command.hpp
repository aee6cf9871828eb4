// The commands of the program. Each adds its options, and a function that runs it.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace asio_chat::bench {

struct command {
  CLI::App* options;
  std::function<int()> run; ///< returns the exit code
};

command flood_command(CLI::App& program);
command rooms_command(CLI::App& program);
command paced_command(CLI::App& program);
command compare_command(CLI::App& program);
command append_command(CLI::App& program);
command idle_command(CLI::App& program);
command search_command(CLI::App& program);
command history_command(CLI::App& program);
command start_command(CLI::App& program);
command accounts_command(CLI::App& program);
command catch_up_command(CLI::App& program);
command growth_command(CLI::App& program);
command peers_command(CLI::App& program);
command scale_command(CLI::App& program);
command crowd_command(CLI::App& program);
command storm_command(CLI::App& program);
command probe_command(CLI::App& program);
command newcomers_command(CLI::App& program);
command sink_command(CLI::App& program);
command bare_server_command(CLI::App& program);

} // namespace asio_chat::bench
