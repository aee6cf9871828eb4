// compare: asio-chatd and the bare loop, or asio-chatd set otherwise, in turn in the same minutes.
#include "command.hpp"

#include "error.hpp"
#include "pair_options.hpp"
#include "process_settings.hpp"
#include "report.hpp"
#include "server_under_test.hpp"

#include <fmt/format.h>

#include <memory>

namespace asio_chat::bench {

namespace {

struct compare_settings : pair_settings {
  load what;
  std::vector<std::string> daemon_arguments;
  std::vector<std::string> other_arguments; ///< of the daemon that takes the bare loop's place
  bool plain = false;

  bool against_bare() const { return other_arguments.empty(); }
  std::string other_name() const {
    return against_bare() ? "bare loop" : fmt::format("{}", fmt::join(other_arguments, " "));
  }
  server_under_test start_other() const {
    return against_bare() ? server_under_test::bare(!plain, server_cpu)
                          : server_under_test::daemon(daemon, other_arguments, server_cpu);
  }
};

run_figures measure(const server_under_test& server, const load& what) {
  const std::optional<cpu_clock> cpu(server.id());
  crowd people(resolve(server.address()), server.ca_file(), shape_of(what));
  people.gather();
  return run_load(people, what, cpu);
}

struct comparison {
  std::vector<run_figures> ours;
  std::vector<run_figures> other;

  double ratio(std::size_t pair) const {
    return ours[pair].cpu_per_million() / other[pair].cpu_per_million();
  }
  spread ratios() const {
    std::vector<double> all;
    for (std::size_t pair = 0; pair < ours.size(); ++pair)
      all.push_back(ratio(pair));
    return spread(all);
  }
};

comparison run_pairs(const compare_settings& given, const load& what) {
  comparison done;
  for (unsigned pair = 0; pair < given.pairs; ++pair) {
    {
      const auto server =
          server_under_test::daemon(given.daemon, given.daemon_arguments, given.server_cpu);
      done.ours.push_back(measure(server, what));
    }
    if (!given.json) print_run(fmt::format("{} asio-chatd", pair + 1), done.ours.back());
    {
      const auto server = given.start_other();
      done.other.push_back(measure(server, what));
    }
    if (!given.json) {
      print_run(fmt::format("{} {}", pair + 1, given.other_name()), done.other.back());
      fmt::print("{} ratio {:.2f}\n", pair + 1, done.ratio(pair));
      std::fflush(stdout);
    }
  }
  return done;
}

void print_text(const compare_settings& given, const comparison& done) {
  fmt::print("\n");
  print_titles();
  print_summary("asio-chatd ", done.ours);
  print_summary(given.other_name() + " ", done.other);
  const auto ratios = done.ratios();
  fmt::print("\nCPU of asio-chatd over {}, pair by pair: median {:.2f}, {:.2f} to {:.2f}\n",
             given.against_bare() ? "the bare loop" : given.other_name(), ratios.median, ratios.low,
             ratios.high);
}

void print_json(const compare_settings& given, const load& what, const comparison& done,
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
  }
  fmt::print("{}\n", boost::json::serialize(all));
}

int run_command(const compare_settings& given) {
  const auto what = with_defaults(given.what);
  check_daemon(given.daemon);
  if (given.generator_cpu >= 0) pin_to_core(given.generator_cpu);
  if (!given.json) {
    fmt::print("{}\nagainst ", describe(what));
    if (given.against_bare())
      fmt::print("the bare loop, {}\n", given.plain ? "one record per message" : "coalescing");
    else
      fmt::print("asio-chatd {}\n", given.other_name());
    print_titles();
  }
  const auto done = run_pairs(given, what);
  const bool ours_clean = report_violations("asio-chatd", done.ours);
  const bool other_clean = report_violations(given.other_name(), done.other);
  const bool clean = ours_clean && other_clean;
  if (given.json)
    print_json(given, what, done, clean);
  else
    print_text(given, done);
  return clean ? 0 : exit_run_failed;
}

} // namespace

command compare_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "compare", "Measure asio-chatd and the bare loop in turn, each on a core of its own");
  options->footer("Examples:\n  asio-chat-bench compare --scenario flood\n"
                  "  asio-chat-bench compare --scenario paced --pairs 7 --json\n"
                  "  asio-chat-bench compare --scenario flood --plain --asio-chatd ./asio-chatd\n"
                  "  asio-chat-bench compare --scenario flood --against-arg=--ephemeral");
  const auto given = std::make_shared<compare_settings>();
  options
      ->add_option_function<std::string>(
          "--scenario",
          [given](const std::string& name) {
            given->what.kind = name == "flood" ? scenario::flood : scenario::paced;
          },
          "What to measure")
      ->check(CLI::IsMember({"flood", "paced"}))
      ->type_name("NAME")
      ->required();
  add_daemon_arguments(*options, given->daemon_arguments);
  options
      ->add_option("--against-arg", given->other_arguments,
                   "Measure, instead of the bare loop, the daemon with this argument, as "
                   "--against-arg=--name=value; may be repeated")
      ->allow_extra_args(false);
  options
      ->add_flag("--plain", given->plain,
                 "Compare with the bare loop that writes a record per message")
      ->excludes("--against-arg");
  add_pair_options(*options, *given);
  add_receivers_option(*options, given->what);
  add_size_option(*options, given->what);
  add_flood_options(*options, given->what);
  add_paced_options(*options, given->what);
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
