// asio-chat-bench: what a delivered message costs a server, and how long it takes.
#include "command.hpp"
#include "error.hpp"
#include "process_settings.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <sstream>

using namespace asio_chat::bench;

namespace {

constexpr const char* name = "asio-chat-bench";

/// What is wrong with them, and the help that says what would be right.
std::string wrong_arguments(const CLI::App& program, const CLI::ParseError& error) {
  const auto chosen = program.get_subcommands();
  if (!chosen.empty())
    return fmt::format("{} (see asio-chat-bench {} --help)", error.what(), chosen[0]->get_name());
  const auto unknown = program.remaining();
  return fmt::format("{} (see asio-chat-bench --help)",
                     unknown.empty() ? std::string(error.what())
                                     : fmt::format("there is no command '{}'", unknown[0]));
}

} // namespace

int main(int argc, char** argv) try {
  asio_chat::keep_standard_streams();
  CLI::App program("Load generator for chat servers over TLS. Every delivery is checked.\n"
                   "Exit code: 0 all is well, 1 a run failed or a delivery was wrong, "
                   "2 it could not start, 6 the output could not be written.");
  program.set_version_flag("--version", "asio-chat-bench " ASIO_CHAT_VERSION);
  program.require_subcommand(1);
  program.footer("Examples:\n  asio-chat-bench compare --scenario flood\n"
                 "  asio-chat-bench peers --scenario flood-100\n"
                 "  asio-chat-bench flood --server 127.0.0.1:8443 --ca data/ca-cert.pem\n"
                 "See asio-chat-bench COMMAND --help.");
  const std::array commands{
      flood_command(program),     rooms_command(program),   paced_command(program),
      compare_command(program),   peers_command(program),   append_command(program),
      search_command(program),    history_command(program), catch_up_command(program),
      growth_command(program),    idle_command(program),    start_command(program),
      accounts_command(program),  storm_command(program),   probe_command(program),
      newcomers_command(program), sink_command(program),    bare_server_command(program),
      scale_command(program),     crowd_command(program)};
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) { // --help, --version
      std::ostringstream asked;
      program.exit(error, asked);
      fmt::print("{}", asked.str());
      return asio_chat::end_of_output(name, 0);
    }
    asio_chat::complain(name, wrong_arguments(program, error).c_str());
    return exit_setup_failed;
  }

  handle_signals();
  allow_many_files();
  for (const auto& one : commands)
    if (one.options->parsed()) return asio_chat::end_of_output(name, one.run());
  return exit_setup_failed;
} catch (const setup_error& error) {
  return asio_chat::end_of_output(name, error, error.what(), exit_setup_failed);
} catch (const std::exception& error) {
  return asio_chat::end_of_output(name, error, error.what(), exit_run_failed);
}
