// idle: what a connection that says nothing costs a server in memory.
#include "command.hpp"

#include "cpu_clock.hpp"
#include "error.hpp"
#include "idle_load.hpp"
#include "load_options.hpp"
#include "pair_options.hpp"
#include "process_memory.hpp"
#include "server_under_test.hpp"

#include "base/standard_streams.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>

namespace asio_chat::bench {

namespace {

struct idle_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::string server;
  std::string ca_file;
  pid_t server_pid = 0;
  std::vector<std::size_t> connections{1'000};
  double quiet = 30;
  bool json = false;
};

struct figures {
  std::size_t connections = 0;
  process_memory at_once; ///< when the last one is in; for each connection, as all of these
  process_memory quiet;   ///< after the quiet time
  double wake_cpu_us = 0; ///< of the server, for one line to all of them, for each who heard it
  double wake_ms = 0;     ///< until the last one had it
  process_memory woken;   ///< right after it
  process_memory again;   ///< and after another quiet time
};

process_memory each(const process_memory& all, std::size_t connections) {
  const auto n = static_cast<std::int64_t>(connections);
  return {all.resident / n, all.proportional / n, all.its_own / n};
}

figures measure(const idle_settings& given, const std::string& address, const std::string& ca_file,
                pid_t server, std::size_t connections) {
  idle_load people(resolve(address), ca_file);
  // The first one finds what is made once and for all; it speaks, and is not counted.
  people.fill(1);
  const auto before = process_memory::of(server);
  const auto now = [&] { return each(process_memory::of(server) - before, connections); };
  people.fill(1 + connections);
  figures got;
  got.connections = connections;
  got.at_once = now();
  const std::chrono::duration<double> quiet(given.quiet);
  people.rest(quiet);
  got.quiet = now();
  const cpu_clock clock(server);
  const auto start = clock.now();
  const auto time = people.tell_all();
  const std::chrono::duration<double, std::micro> cpu = clock.now() - start;
  got.wake_cpu_us = cpu.count() / static_cast<double>(connections);
  got.wake_ms = std::chrono::duration<double, std::milli>(time).count();
  got.woken = now();
  people.rest(quiet);
  got.again = now();
  return got;
}

double kilobytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1000;
}

boost::json::object to_json(const process_memory& m) {
  return {{"resident", m.resident}, {"proportional", m.proportional}, {"private", m.its_own}};
}

boost::json::object to_json(const figures& got) {
  return {{"connections", got.connections},
          {"bytes_per_connection",
           {{"at_once", to_json(got.at_once)},
            {"quiet", to_json(got.quiet)},
            {"woken", to_json(got.woken)},
            {"again", to_json(got.again)}}},
          {"wake_cpu_us", got.wake_cpu_us},
          {"wake_ms", got.wake_ms}};
}

void print_titles(double quiet) {
  fmt::print("kB for each connection, logged in and in a room; quiet: for {} s\n"
             "{:>11} |{:>9} |{:>9}{:>9}{:>9} |{:>9}{:>9} |{:>12}{:>9}\n",
             quiet, "connections", "at once", "quiet", "PSS", "private", "woken", "again",
             "wake CPU us", "wake ms");
}

void print(const figures& got) {
  fmt::print("{:>11} |{:>9.1f} |{:>9.1f}{:>9.1f}{:>9.1f} |{:>9.1f}{:>9.1f} |{:>12.1f}{:>9.0f}\n",
             got.connections, kilobytes(got.at_once.resident), kilobytes(got.quiet.resident),
             kilobytes(got.quiet.proportional), kilobytes(got.quiet.its_own),
             kilobytes(got.woken.resident), kilobytes(got.again.resident), got.wake_cpu_us,
             got.wake_ms);
  flush_output();
}

figures measure(const idle_settings& given, std::size_t connections) {
  if (!given.server.empty())
    return measure(given, given.server, given.ca_file, given.server_pid, connections);
  const auto server = server_under_test::daemon(given.daemon, given.daemon_arguments, -1);
  return measure(given, server.address(), server.ca_file(), server.id(), connections);
}

int run_command(const idle_settings& given) {
  if (given.server.empty()) check_daemon(given.daemon);
  if (!given.json) print_titles(given.quiet);
  boost::json::array all;
  for (const std::size_t connections : given.connections) {
    const figures got = measure(given, connections);
    if (given.json)
      all.push_back(to_json(got));
    else
      print(got);
  }
  if (given.json)
    fmt::print("{}\n",
               boost::json::serialize(boost::json::object{
                   {"version", ASIO_CHAT_VERSION}, {"quiet_s", given.quiet}, {"runs", all}}));
  return 0;
}

} // namespace

command idle_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "idle", "Measure the server's memory for each connection that says nothing, and what it "
              "takes to reach them all again");
  options->footer("Without --server it starts asio-chatd, anew for each number of connections.\n"
                  "at once: when the last one is in; quiet: after --quiet; woken: right after one "
                  "line to\nall; again: after --quiet once more.\n"
                  "Examples:\n  asio-chat-bench idle --connections 1000,5000,10000\n"
                  "  asio-chat-bench idle --server 127.0.0.1:8443 --ca data/ca-cert.pem "
                  "--server-pid $(pidof asio-chatd)");
  const auto given = std::make_shared<idle_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  auto* server = options->add_option("--server", given->server, "HOST:PORT of a running server");
  auto* ca =
      options->add_option("--ca", given->ca_file, "PEM file of the CA that issued its certificate")
          ->needs(server);
  auto* pid = options->add_option("--server-pid", given->server_pid, "Its process, on this machine")
                  ->check(CLI::PositiveNumber)
                  ->needs(server);
  server->needs(ca)->needs(pid);
  options->add_option("--connections", given->connections, "How many; several with commas")
      ->check(between(1, 1'000'000))
      ->delimiter(',')
      ->capture_default_str();
  options->add_option("--quiet", given->quiet, "Seconds in which nobody says anything")
      ->check(between(0.1, 86'400.0))
      ->capture_default_str();
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
