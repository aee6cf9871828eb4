// flood, rooms and paced: one load on a server that runs already.
#include "command.hpp"

#include "error.hpp"
#include "report.hpp"

#include <fmt/format.h>

#include <memory>

namespace asio_chat::bench {

namespace {

struct load_settings {
  load what;
  std::string server;
  std::string ca_file;
  pid_t server_pid = 0;
  unsigned repeat = 5;
  bool json = false;
};

int run_command(const load_settings& given) {
  const auto what = with_defaults(given.what);
  std::optional<cpu_clock> server_cpu;
  if (given.server_pid > 0) server_cpu.emplace(given.server_pid);
  fan_out_load people(resolve(given.server), given.ca_file, shape_of(what));
  people.gather();

  if (!given.json) {
    fmt::print("{}\n", describe(what));
    print_titles();
  }
  std::vector<run_figures> runs;
  while (runs.size() < given.repeat) {
    runs.push_back(run_load(people, what, server_cpu));
    if (!given.json) print_run(fmt::format("{}", runs.size()), runs.back());
  }
  const bool clean = report_violations(given.server, runs);
  if (given.json) {
    boost::json::array each;
    for (const auto& run : runs)
      each.push_back(to_json(run));
    const boost::json::object all{{"version", ASIO_CHAT_VERSION},
                                  {"load", to_json(what)},
                                  {"runs", each},
                                  {"summary", summary_json(runs)},
                                  {"clean", clean}};
    fmt::print("{}\n", boost::json::serialize(all));
  } else {
    print_summary("", runs);
  }
  return clean ? 0 : exit_run_failed;
}

command load_command(CLI::App& program, scenario kind, const char* about, const char* example) {
  auto* options = program.add_subcommand(name_of(kind), about);
  options->footer(example);
  const auto given = std::make_shared<load_settings>();
  given->what = usual_load(kind);
  options->add_option("--server", given->server, "HOST:PORT of the server")->required();
  options->add_option("--ca", given->ca_file, "PEM file of the CA that issued its certificate")
      ->required();
  options
      ->add_option("--server-pid", given->server_pid,
                   "The server's process, to measure its processor time")
      ->check(CLI::PositiveNumber);
  options->add_option("--repeat", given->repeat, "Runs over the same connections")
      ->check(between(1, 1000))
      ->capture_default_str();
  options->add_flag("--json", given->json, "Print one JSON document");
  kind == scenario::rooms ? add_rooms_options(*options, given->what)
                          : add_receivers_option(*options, given->what);
  add_protocol_option(*options, given->what);
  add_size_option(*options, given->what);
  kind == scenario::paced ? add_paced_options(*options, given->what)
                          : add_flood_options(*options, given->what);
  return {options, [given] { return run_command(*given); }};
}

} // namespace

command flood_command(CLI::App& program) {
  return load_command(program, scenario::flood,
                      "One publisher sends as fast as the slowest receiver gets it",
                      "Example:\n  asio-chat-bench flood --server 127.0.0.1:8443 "
                      "--ca data/ca-cert.pem --server-pid $(pidof asio-chatd)");
}

command rooms_command(CLI::App& program) {
  return load_command(program, scenario::rooms,
                      "In each of many rooms one publisher sends as fast as the others get it",
                      "Example:\n  asio-chat-bench rooms --server 127.0.0.1:8443 "
                      "--ca data/ca-cert.pem --rooms 1000 --members 5");
}

command paced_command(CLI::App& program) {
  return load_command(program, scenario::paced, "One publisher sends at a steady rate",
                      "Example:\n  asio-chat-bench paced --server 127.0.0.1:8443 "
                      "--ca data/ca-cert.pem --rate 10 --receivers 1000 --json");
}

} // namespace asio_chat::bench
