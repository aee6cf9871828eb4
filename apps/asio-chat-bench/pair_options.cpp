#include "pair_options.hpp"

#include "load_options.hpp"
#include "server_under_test.hpp"

namespace asio_chat::bench {

void add_pair_options(CLI::App& command, pair_settings& to) {
  to.daemon = beside_this_program("asio-chatd");
  command.add_option("--asio-chatd", to.daemon, "The daemon's program (beside this one)");
  command.add_option("--pairs", to.pairs, "How often each server is measured")
      ->check(between(1, 1000))
      ->capture_default_str();
  command.add_option("--server-cpu", to.server_cpu, "The servers' core; -1: any")
      ->check(between(-1, 1023))
      ->capture_default_str();
  command.add_option("--generator-cpu", to.generator_cpu, "The generator's core; -1: any")
      ->check(between(-1, 1023))
      ->capture_default_str();
  command.add_flag("--json", to.json, "Print one JSON document");
}

} // namespace asio_chat::bench
