#include "pair_options.hpp"

#include "error.hpp"
#include "load_options.hpp"
#include "server_under_test.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace asio_chat::bench {

void add_daemon_option(CLI::App& command, std::string& daemon) {
  daemon = beside_this_program("asio-chatd");
  command.add_option("--asio-chatd", daemon, "The daemon's program (beside this one)");
}

void check_daemon(const std::string& daemon, std::string_view option) {
  const bool is_path = daemon.find('/') != std::string::npos;
  if (is_path && !std::filesystem::exists(daemon))
    throw setup_error(
        fmt::format("there is no '{}'; say where the daemon is with {}", daemon, option));
}

void add_daemon_arguments(CLI::App& command, std::vector<std::string>& arguments) {
  command
      .add_option(
          "--asio-chatd-arg", arguments,
          "One more argument for the daemon, as --asio-chatd-arg=--name=value; may be repeated")
      ->allow_extra_args(false);
}

void add_core_options(CLI::App& command, core_settings& to) {
  command.add_option("--server-cpu", to.server_cpu, "The servers' core; -1: any")
      ->check(between(-1, 1023))
      ->capture_default_str();
  command.add_option("--generator-cpu", to.generator_cpu, "The generator's core; -1: any")
      ->check(between(-1, 1023))
      ->capture_default_str();
}

void add_pair_options(CLI::App& command, pair_settings& to) {
  add_daemon_option(command, to.daemon);
  command.add_option("--pairs", to.pairs, "How often each server is measured")
      ->check(between(1, 1000))
      ->capture_default_str();
  add_core_options(command, to);
  command.add_flag("--json", to.json, "Print one JSON document");
}

} // namespace asio_chat::bench
