// catch-up: what it costs asio-chatd when many members come back who have missed much.
#include "command.hpp"

#include "cpu_clock.hpp"
#include "error.hpp"
#include "fill_room.hpp"
#include "latency_figures.hpp"
#include "load_options.hpp"
#include "native_protocol.hpp"
#include "pair_options.hpp"
#include "process_settings.hpp"
#include "progress.hpp"
#include "reconnect_load.hpp"
#include "report.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <memory>
#include <random>

namespace asio_chat::bench {

namespace {

struct catch_up_settings : core_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::size_t members = 100;
  std::size_t missed = 10'000;
  std::size_t size = 128;
  double rate = 100;
  unsigned repeat = 3;
  bool json = false;
};

struct catch_up_figures {
  std::uint64_t entries = 0;
  std::uint64_t said_meanwhile = 0;
  double cpu_per_million = 0;
  double entries_per_second = 0;
  latency_histogram until_live;
  violations wrong;
};

/// A fresh server each time, so that no cache is warm.
catch_up_figures measure(const catch_up_settings& given) {
  const auto server = start_unbounded(given.daemon, given.daemon_arguments, given.server_cpu);
  const auto at = resolve(server.address());
  const auto context = client_context(server.ca_file(), native_protocol::alpn_name);
  payload texts(std::random_device{}(), given.size);
  position has;
  {
    native_client speaker(at, context.get(), "earlier");
    has = speaker.head();
    fill_room(speaker, given.missed, [&](std::size_t number) {
      if (number % 1'000 == 0) show_progress("filling", number, given.missed);
      return std::string(texts.write(0, number + 1, steady_clock::now()));
    });
    show_progress("filling", given.missed, given.missed);
  }
  const cpu_clock cpu(server.id());
  reconnect_load members(at, context.get(), has, texts, given.missed);
  members.begin();
  const auto start = steady_clock::now();
  const auto cpu_before = cpu.now();
  members.come_back(given.members, given.rate);
  members.finish();
  const std::chrono::duration<double> took = steady_clock::now() - start;
  const std::chrono::duration<double> used = cpu.now() - cpu_before;
  const auto entries = static_cast<double>(members.entries());
  return {members.entries(),      members.said_meanwhile(), used.count() * 1e6 / entries,
          entries / took.count(), members.until_live(),     members.take_violations()};
}

void print_titles_of_runs() {
  fmt::print("{:<8}{:>16}{:>16}{:>14}{:>14}{:>14}{:>16}\n", "", "CPU s/million", "entries/s",
             "live p50 ms", "live p99 ms", "live max ms", "said meanwhile");
}

void print(unsigned number, const catch_up_figures& run) {
  const latency_figures live(run.until_live);
  fmt::print("{:<8}{:>16.3f}{:>16.0f}{:>14.1f}{:>14.1f}{:>14.1f}{:>16}\n", number,
             run.cpu_per_million, run.entries_per_second, live.median, live.p99, live.max,
             run.said_meanwhile);
  flush_output();
}

boost::json::object to_json(const catch_up_figures& run) {
  return {{"entries", run.entries},
          {"said_meanwhile", run.said_meanwhile},
          {"cpu_s_per_million", run.cpu_per_million},
          {"entries_per_s", run.entries_per_second},
          {"until_live", latency_figures(run.until_live).to_json()},
          {"clean", !run.wrong.any()}};
}

int run_command(const catch_up_settings& given) {
  check_daemon(given.daemon);
  if (given.generator_cpu >= 0) pin_to_core(given.generator_cpu);
  if (!given.json) {
    fmt::print(
        "catch-up: {} members have missed {} entries of {} bytes, {:g} more come in a second\n",
        given.members, given.missed, given.size, given.rate);
    print_titles_of_runs();
  }
  boost::json::array runs;
  std::vector<double> costs;
  violations all;
  for (unsigned number = 1; number <= given.repeat; ++number) {
    const auto run = measure(given);
    if (!given.json) print(number, run);
    runs.push_back(to_json(run));
    costs.push_back(run.cpu_per_million);
    all += run.wrong;
  }
  const spread cost(costs);
  if (given.json)
    fmt::print("{}\n", boost::json::serialize(
                           boost::json::object{{"version", ASIO_CHAT_VERSION},
                                               {"members", given.members},
                                               {"missed", given.missed},
                                               {"size", given.size},
                                               {"rate", given.rate},
                                               {"runs", runs},
                                               {"cpu_s_per_million", bench::to_json(cost)}}));
  else
    fmt::print("CPU s/million: median {:.3f}, {:.3f} to {:.3f}\n", cost.median, cost.low,
               cost.high);
  if (!all.any()) return 0;
  fmt::print(stderr, "asio-chat-bench: wrong entries: {}\n", all.describe());
  return exit_run_failed;
}

} // namespace

command catch_up_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "catch-up",
      "Measure members who come back to asio-chatd at the same moment and get what they "
      "have missed, while messages go on; every entry is checked");
  options->footer("In memory (--ephemeral) the daemon keeps 10,000 entries of a room.\n"
                  "Examples:\n  asio-chat-bench catch-up\n"
                  "  asio-chat-bench catch-up --missed 5000 --asio-chatd-arg=--ephemeral --json");
  const auto given = std::make_shared<catch_up_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--members", given->members, "Members who come back")
      ->check(between(1, 1'000))
      ->capture_default_str();
  options->add_option("--missed", given->missed, "Entries that they have missed")
      ->check(between(std::size_t{1}, std::size_t{100'000'000}))
      ->capture_default_str();
  options->add_option("--size", given->size, "Bytes of an entry's text")
      ->check(between(payload::min_size, payload::max_size))
      ->capture_default_str();
  options->add_option("--rate", given->rate, "Messages per second that are said meanwhile")
      ->check(between(0.1, 100'000.0))
      ->capture_default_str();
  options->add_option("--repeat", given->repeat, "Runs, each with a fresh server")
      ->check(between(1, 1000))
      ->capture_default_str();
  add_core_options(*options, *given);
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
