// compare: asio-chatd and another server in turn, in the same minutes: the bare loop, asio-chatd
// set otherwise, or another build of it.
#include "command.hpp"

#include "error.hpp"
#include "handshake_cost.hpp"
#include "pair_options.hpp"
#include "process_settings.hpp"
#include "report.hpp"
#include "server_under_test.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace asio_chat::bench {

namespace {

struct compare_settings : pair_settings {
  std::string scenario_name;
  load what;
  handshake_load handshakes;
  std::vector<std::string> daemon_arguments;
  std::string other_daemon; ///< another build; empty: the same one
  std::vector<std::string> other_arguments;
  bool plain = false;

  bool against_bare() const { return other_daemon.empty() && other_arguments.empty(); }
  /// The program, unless it is the same one, and its arguments.
  std::string other_name() const {
    if (against_bare()) return "bare loop";
    const auto arguments = fmt::format("{}", fmt::join(other_arguments, " "));
    if (other_daemon.empty()) return arguments;
    return arguments.empty() ? other_daemon : other_daemon + " " + arguments;
  }
  bool of_handshakes() const { return scenario_name == "handshakes"; }
  bool resumed() const { return of_handshakes() && handshakes.resumed; }
  server_under_test start_daemon() const { return start(daemon, daemon_arguments); }
  server_under_test start_other() const {
    return against_bare() ? server_under_test::bare(!plain, server_cpu, resumed())
                          : start(other_daemon.empty() ? daemon : other_daemon, other_arguments);
  }

 private:
  server_under_test start(const std::string& program, std::vector<std::string> arguments) const {
    if (resumed()) arguments.emplace_back("--tls-tickets");
    return server_under_test::daemon(program, arguments, server_cpu);
  }
};

run_figures measure_load(const server_under_test& server, const load& what) {
  const std::optional<cpu_clock> cpu(server.id());
  fan_out_load people(resolve(server.address()), server.ca_file(), shape_of(what));
  people.gather();
  return run_load(people, what, cpu);
}

double cost_of(const run_figures& run) {
  return run.cpu_per_million();
}
double cost_of(const handshake_figures& run) {
  return run.cpu_us;
}

template <class Figures>
struct comparison {
  std::vector<Figures> ours;
  std::vector<Figures> other;

  double ratio(std::size_t pair) const { return cost_of(ours[pair]) / cost_of(other[pair]); }
  spread ratios() const {
    std::vector<double> all;
    for (std::size_t pair = 0; pair < ours.size(); ++pair)
      all.push_back(ratio(pair));
    return spread(all);
  }
};

/// Each in turn: A B A B, every time a server that was just started.
template <class Measure>
auto run_pairs(const compare_settings& given, Measure measure) {
  comparison<decltype(measure(given.start_daemon()))> done;
  for (unsigned pair = 0; pair < given.pairs; ++pair) {
    done.ours.push_back(measure(given.start_daemon()));
    if (!given.json) print_run(fmt::format("{} asio-chatd", pair + 1), done.ours.back());
    done.other.push_back(measure(given.start_other()));
    if (!given.json) {
      print_run(fmt::format("{} {}", pair + 1, given.other_name()), done.other.back());
      fmt::print("{} ratio {:.2f}\n", pair + 1, done.ratio(pair));
      flush_output();
    }
  }
  return done;
}

template <class Load>
void print_heading(const compare_settings& given, const Load& what) {
  fmt::print("{}\nagainst ", describe(what));
  if (given.against_bare())
    fmt::print("the bare loop, {}\n", given.plain ? "one record per message" : "coalescing");
  else
    fmt::print("{}{}\n", given.other_daemon.empty() ? "asio-chatd " : "", given.other_name());
}

template <class Figures>
void print_text(const compare_settings& given, const comparison<Figures>& done) {
  print_summary("asio-chatd ", done.ours);
  print_summary(given.other_name() + " ", done.other);
  const auto ratios = done.ratios();
  fmt::print("\nCPU of asio-chatd over {}, pair by pair: median {:.2f}, {:.2f} to {:.2f}\n",
             given.against_bare() ? "the bare loop" : given.other_name(), ratios.median, ratios.low,
             ratios.high);
}

template <class Load, class Figures>
void print_json(const compare_settings& given, const Load& what, const comparison<Figures>& done,
                bool clean) {
  const std::string_view other = given.against_bare() ? "bare" : "other";
  boost::json::array pairs;
  for (std::size_t i = 0; i < done.ours.size(); ++i)
    pairs.push_back({{"asio-chatd", to_json(done.ours[i])},
                     {other, to_json(done.other[i])},
                     {"ratio", done.ratio(i)}});
  boost::json::object all{{"version", ASIO_CHAT_VERSION},
                          {"load", to_json(what)},
                          {"pairs", pairs},
                          {"summary",
                           {{"asio-chatd", summary_json(done.ours)},
                            {other, summary_json(done.other)},
                            {"ratio", to_json(done.ratios())}}},
                          {"clean", clean}};
  if (given.against_bare()) {
    all["bare_mode"] = given.plain ? "plain" : "coalesce";
  } else {
    all["other_arguments"] = boost::json::value_from(given.other_arguments);
    if (!given.other_daemon.empty()) all["other_daemon"] = given.other_daemon;
  }
  fmt::print("{}\n", boost::json::serialize(all));
}

int compare_deliveries(const compare_settings& given) {
  const auto what = with_defaults(given.what);
  if (what.kind == scenario::rooms && given.against_bare())
    throw setup_error(
        "the bare loop knows one room; compare rooms with --against or --against-arg");
  if (!given.json) {
    print_heading(given, what);
    print_titles();
  }
  const auto done =
      run_pairs(given, [&](const server_under_test& server) { return measure_load(server, what); });
  const bool ours_clean = report_violations("asio-chatd", done.ours);
  const bool other_clean = report_violations(given.other_name(), done.other);
  const bool clean = ours_clean && other_clean;
  if (given.json) {
    print_json(given, what, done, clean);
  } else {
    fmt::print("\n");
    print_titles();
    print_text(given, done);
  }
  return clean ? 0 : exit_run_failed;
}

int compare_handshakes(const compare_settings& given) {
  const auto& what = given.handshakes;
  if (!given.json) print_heading(given, what);
  const auto done = run_pairs(
      given, [&](const server_under_test& server) { return measure_handshakes(server, what); });
  if (given.json) {
    print_json(given, what, done, true);
  } else {
    fmt::print("\n");
    print_text(given, done);
  }
  return 0;
}

int run_command(const compare_settings& given) {
  check_daemon(given.daemon, "--asio-chatd");
  if (!given.other_daemon.empty()) check_daemon(given.other_daemon, "--against");
  if (given.generator_cpu >= 0) pin_to_core(given.generator_cpu);
  return given.of_handshakes() ? compare_handshakes(given) : compare_deliveries(given);
}

/// To be added before the options of a load, which change what this one sets: CLI11 goes through
/// them in this order.
void add_scenario_option(CLI::App& command, compare_settings& to) {
  command
      .add_option_function<std::string>(
          "--scenario",
          [&to](const std::string& name) {
            to.scenario_name = name;
            for (const auto kind : {scenario::flood, scenario::rooms, scenario::paced})
              if (name == name_of(kind)) to.what = usual_load(kind);
          },
          "What to measure")
      ->check(CLI::IsMember({"flood", "rooms", "paced", "handshakes"}))
      ->type_name("NAME")
      ->required();
}

void add_load_options(CLI::App& command, compare_settings& to) {
  add_receivers_option(command, to.what);
  add_rooms_options(command, to.what);
  add_size_option(command, to.what);
  add_flood_options(command, to.what);
  add_paced_options(command, to.what);
  command.get_option("--members")->excludes("--receivers");
  command.get_option("--rooms")->default_str("20");
  command.get_option("--messages")->default_str("20000, rooms: 100000");
  command.add_option("--count", to.handshakes.count, "Handshakes of a run")
      ->check(between(1, 1'000'000))
      ->capture_default_str();
  command.add_flag("--resumed", to.handshakes.resumed,
                   "Resume a session in each handshake, by its ticket");
}

void add_against_options(CLI::App& command, compare_settings& to) {
  add_daemon_arguments(command, to.daemon_arguments);
  command.add_option("--against", to.other_daemon,
                     "Measure, instead of the bare loop, this other build of the daemon");
  command
      .add_option(
          "--against-arg", to.other_arguments,
          "Measure, instead of the bare loop, the daemon (or the one of --against) with this "
          "argument, as --against-arg=--name=value; may be repeated")
      ->allow_extra_args(false);
  command
      .add_flag("--plain", to.plain, "Compare with the bare loop that writes a record per message")
      ->excludes("--against")
      ->excludes("--against-arg");
}

} // namespace

command compare_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "compare", "Measure asio-chatd and the bare loop, or another asio-chatd, in turn");
  options->footer("Examples:\n  asio-chat-bench compare --scenario flood\n"
                  "  asio-chat-bench compare --scenario paced --pairs 7 --json\n"
                  "  asio-chat-bench compare --scenario flood --plain --asio-chatd ./asio-chatd\n"
                  "  asio-chat-bench compare --scenario handshakes --resumed\n"
                  "  asio-chat-bench compare --scenario flood --against-arg=--ephemeral\n"
                  "  asio-chat-bench compare --scenario rooms --against ../before/asio-chatd");
  const auto given = std::make_shared<compare_settings>();
  add_scenario_option(*options, *given);
  add_against_options(*options, *given);
  add_pair_options(*options, *given);
  add_load_options(*options, *given);
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
