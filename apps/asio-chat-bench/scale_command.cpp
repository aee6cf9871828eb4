// scale, crowd: as many members as one daemon can hold, from several processes and addresses.
#include "command.hpp"

#include "child_process.hpp"
#include "cpu_clock.hpp"
#include "error.hpp"
#include "files.hpp"
#include "load_options.hpp"
#include "pair_options.hpp"
#include "process_memory.hpp"
#include "process_settings.hpp"
#include "progress.hpp"
#include "quiet_members.hpp"
#include "server_under_test.hpp"
#include "storm_probes.hpp"

#include "base/standard_streams.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

/// Of a process, and so of an address, which has 28,000 ports for connections to one server.
constexpr std::size_t members_each = 10'000;
constexpr std::size_t members_of_room = 100;
/// Connections of the probe, and files of the daemon.
constexpr std::size_t others = 250;

struct crowd_settings {
  std::string server;
  std::string ca_file;
  std::size_t number = 0;
  std::size_t members = 0;
};

int run_crowd(const crowd_settings& given) {
  endpoint at = resolve(given.server);
  at.from = fmt::format("127.16.{}.{}", given.number / 250, 1 + given.number % 250);
  const quiet_members all(at, given.ca_file, given.members,
                          (given.members + members_of_room - 1) / members_of_room,
                          fmt::format("crowd-{}", given.number));
  fmt::print("ready\n");
  flush_output();
  while (!told_to_stop())
    std::this_thread::sleep_for(20ms);
  return 0;
}

/// A process that logs members in, and keeps them so as long as the object lives.
class crowd {
 public:
  crowd(const server_under_test& server, std::size_t number, std::size_t members)
      : process_({"/proc/self/exe", "crowd", "--server", server.address(), "--ca", server.ca_file(),
                  "--number", std::to_string(number), "--members", std::to_string(members)},
                 -1, output(), errors()) {}

  bool ready() {
    if (!process_.running())
      throw run_error(fmt::format("members could not log in: {}", read_file(errors())));
    return read_file(output()) == "ready\n";
  }

 private:
  std::filesystem::path output() const { return directory_.path() / "output"; }
  std::filesystem::path errors() const { return directory_.path() / "errors"; }

  temporary_directory directory_;
  child_process process_;
};

struct scale_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::vector<std::size_t> connections{10'000};
  double seconds = 10;
  bool json = false;
};

struct figures {
  std::size_t connections = 0;
  std::size_t processes = 0;
  double login_s = 0;      ///< until all were logged in and in their rooms
  double login_cpu_ms = 0; ///< of the daemon, for each
  double kilobytes = 0;    ///< of the daemon, for each
  double alone_p99_ms = 0; ///< of what the probe says before they came
  double among_p99_ms = 0; ///< and among them
};

double probe(const server_under_test& server, double seconds) {
  probe_process talk("probe", server, seconds);
  while (talk.running()) {
    if (told_to_stop()) throw run_error("interrupted");
    std::this_thread::sleep_for(5ms);
  }
  const auto said = talk.figures();
  if (const auto& wrong = said.at("wrong").as_string(); !wrong.empty())
    throw run_error(fmt::format("what the probe said came wrong: {}", std::string_view(wrong)));
  return said.at("p99_ms").as_double();
}

figures measure(const scale_settings& given, std::size_t connections) {
  std::vector<std::string> arguments{fmt::format("--max-connections={}", connections + others),
                                     fmt::format("--max-rooms={}", connections + others),
                                     "--idle-timeout=24h"};
  arguments.insert(arguments.end(), given.daemon_arguments.begin(), given.daemon_arguments.end());
  const auto server = server_under_test::daemon(given.daemon, arguments, -1);
  figures got;
  got.connections = connections;
  got.processes =
      std::min(connections, std::max<std::size_t>(2, (connections - 1) / members_each + 1));
  got.alone_p99_ms = probe(server, given.seconds);

  const auto before = process_memory::of(server.id());
  const cpu_clock cpu(server.id());
  const auto cpu_before = cpu.now();
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<crowd>> crowds;
  for (std::size_t i = 0; i < got.processes; ++i)
    crowds.push_back(std::make_unique<crowd>(
        server, i, connections / got.processes + (i < connections % got.processes ? 1 : 0)));
  const auto count_ready = [&] {
    return static_cast<std::size_t>(
        std::ranges::count_if(crowds, [](const auto& c) { return c->ready(); }));
  };
  for (std::size_t ready = 0; ready < crowds.size(); ready = count_ready()) {
    show_progress("processes whose members are in", ready, crowds.size());
    if (told_to_stop()) throw run_error("interrupted");
    std::this_thread::sleep_for(20ms);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const std::chrono::duration<double, std::milli> worked = cpu.now() - cpu_before;
  const auto each = static_cast<double>(connections);
  got.login_s = took.count();
  got.login_cpu_ms = worked.count() / each;
  got.among_p99_ms = probe(server, given.seconds);
  got.kilobytes =
      static_cast<double>((process_memory::of(server.id()) - before).resident) / 1000 / each;
  return got;
}

boost::json::object to_json(const figures& got) {
  return {{"connections", got.connections},  {"processes", got.processes},
          {"login_s", got.login_s},          {"login_cpu_ms", got.login_cpu_ms},
          {"kilobytes_each", got.kilobytes}, {"alone_p99_ms", got.alone_p99_ms},
          {"among_p99_ms", got.among_p99_ms}};
}

void print(const figures& got) {
  fmt::print("{:>11} |{:>10} |{:>10.1f}{:>16.2f} |{:>8.1f} |{:>13.1f}{:>15.1f}\n", got.connections,
             got.processes, got.login_s, got.login_cpu_ms, got.kilobytes, got.alone_p99_ms,
             got.among_p99_ms);
  flush_output();
}

int run_scale(const scale_settings& given) {
  check_daemon(given.daemon);
  const std::size_t most = std::ranges::max(given.connections);
  if (most + others > most_files())
    throw setup_error(fmt::format(
        "--connections: {} need {} open files in the daemon, and the limit is {}: raise it "
        "(ulimit -Hn, LimitNOFILE=), or ask for {} at most",
        most, most + others, most_files(), most_files() - others));
  if (!given.json)
    fmt::print("{:>11} |{:>10} |{:>10}{:>16} |{:>8} |{:>13}{:>15}\n", "connections", "processes",
               "all in, s", "CPU ms a login", "kB each", "p99 alone, ms", "among them, ms");
  boost::json::array all;
  for (const std::size_t connections : given.connections) {
    const figures got = measure(given, connections);
    if (given.json)
      all.push_back(to_json(got));
    else
      print(got);
  }
  if (given.json)
    fmt::print("{}\n", boost::json::serialize(
                           boost::json::object{{"version", ASIO_CHAT_VERSION}, {"runs", all}}));
  return 0;
}

} // namespace

command scale_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "scale", "Log in many members over TLS, and measure what they take and what others notice");
  options->footer(
      "One process for each 10,000 members, two at least; each connects from an address "
      "of its own (127.16.0.0/16),\nand its members are in rooms of a hundred. The probe "
      "says 32 messages a second in 8 other rooms, before and after.\n"
      "Examples:\n  asio-chat-bench scale --connections 1000,10000\n"
      "  asio-chat-bench scale --connections 100000");
  const auto given = std::make_shared<scale_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--connections", given->connections, "How many; several with commas")
      ->check(between(1, 1'000'000))
      ->delimiter(',')
      ->capture_default_str();
  options->add_option("--seconds", given->seconds, "Length of each run of the probe")
      ->check(between(0.5, 86'400.0))
      ->capture_default_str();
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_scale(*given); }};
}

command crowd_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "crowd", "Log in members who say nothing, say «ready», and keep them until told to end");
  options->footer("Example:\n  asio-chat-bench crowd --server 127.0.0.1:8443 --ca data/ca-cert.pem "
                  "--members 1000");
  const auto given = std::make_shared<crowd_settings>();
  options->add_option("--server", given->server, "HOST:PORT of the server")->required();
  options->add_option("--ca", given->ca_file, "PEM file of the CA that issued its certificate")
      ->required();
  options->add_option("--members", given->members, "How many")
      ->check(between(1, 1'000'000))
      ->required();
  options->add_option("--number", given->number, "Of this crowd, for its address and names")
      ->check(between(0, 9'999))
      ->capture_default_str();
  return {options, [given] { return run_crowd(*given); }};
}

} // namespace asio_chat::bench
