// asio-chat-bench: what a delivered message costs a server, and how long it takes.
#include "command.hpp"
#include "error.hpp"
#include "process_settings.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

using namespace asio_chat::bench;

namespace {

int complain(const std::exception& error, int exit_code) {
  std::fflush(stdout);
  fmt::print(stderr, "asio-chat-bench: {}\n", error.what());
  return exit_code;
}

/// A result that is not printed is none.
int finish(int exit_code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  throw std::system_error(errno == 0 ? EIO : errno, std::generic_category(),
                          "standard output cannot be written");
}

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
  CLI::App program("Load generator for chat servers over TLS. Every delivery is checked.\n"
                   "Exit code: 0 all is well, 1 a run failed or a delivery was wrong, "
                   "2 it could not start.");
  program.set_version_flag("--version", "asio-chat-bench " ASIO_CHAT_VERSION);
  program.require_subcommand(1);
  program.footer("Examples:\n  asio-chat-bench compare --scenario flood\n"
                 "  asio-chat-bench peers --scenario flood-100\n"
                 "  asio-chat-bench flood --server 127.0.0.1:8443 --ca data/ca-cert.pem\n"
                 "See asio-chat-bench COMMAND --help.");
  const std::array commands{
      flood_command(program),   rooms_command(program),   paced_command(program),
      compare_command(program), peers_command(program),   append_command(program),
      search_command(program),  history_command(program), catch_up_command(program),
      growth_command(program),  idle_command(program),    bare_server_command(program)};
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error); // --help, --version
    fmt::print(stderr, "asio-chat-bench: {}\n", wrong_arguments(program, error));
    return exit_setup_failed;
  }

  handle_signals();
  allow_many_files();
  for (const auto& one : commands)
    if (one.options->parsed()) return finish(one.run());
  return exit_setup_failed;
} catch (const setup_error& error) {
  return complain(error, exit_setup_failed);
} catch (const std::exception& error) {
  return complain(error, exit_run_failed);
}
