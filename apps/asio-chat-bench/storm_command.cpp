// storm: what those inside and those who come notice of hostile load, beside what they notice of
// the same load on something else.
#include "command.hpp"

#include "error.hpp"
#include "load_options.hpp"
#include "pair_options.hpp"
#include "storm_run.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace asio_chat::bench {

namespace {

struct storm_options : storm_settings {
  std::vector<std::string> scenarios;
  std::string limits = "both";
  bool check = false;
  bool json = false;
};

void print_titles(const storm_settings& given) {
  fmt::print("p99 of chat inside and the slowest newcomer, ms; {} s each; memory: growth of the "
             "daemon\n"
             "| storm | rates | idle p99 | sink p99 | p99 | × sink | newcomers | MB | each | |\n"
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
             given.seconds);
}

void print_row(const storm_row& row, const storm_limits& limits, const storm_result& r) {
  const std::string newcomers =
      fmt::format("{}: {:.0f}{}", r.storm.newcomers, r.storm.newcomer_ms,
                  r.storm.failures == 0 ? "" : fmt::format(", {} not in", r.storm.failures));
  fmt::print("| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {} | {:.1f} | {} | {} |\n", row.name,
             limits.name, r.idle.p99_ms, r.sink.p99_ms, r.storm.p99_ms,
             r.storm.p99_ms / r.sink.p99_ms, newcomers, static_cast<double>(r.growth) / 1e6,
             r.bytes_each == 0 ? "" : fmt::format("{} B", r.bytes_each),
             r.missed.empty() ? fmt::format("met; {}", r.did)
                              : fmt::format("missed: {}; {}", fmt::join(r.missed, ", "), r.did));
  flush_output();
}

bool is_wanted(const storm_options& given, const storm_row& row, const storm_limits& limits) {
  if (!given.scenarios.empty() && std::ranges::count(given.scenarios, row.name) == 0) return false;
  const bool first = &limits == &all_storm_limits().front();
  if (!row.has_rates) return first; // rates play no part in it
  return given.limits == "both" || (given.limits == "default") == first;
}

int run_command(const storm_options& given) {
  check_daemon(given.daemon);
  if (!given.json) print_titles(given);
  bool met = true;
  boost::json::array rows;
  for (const storm_row& row : storm_rows()) {
    for (const storm_limits& limits : all_storm_limits()) {
      if (!is_wanted(given, row, limits)) continue;
      const storm_result result = run_storm(row, limits, given);
      met = met && result.missed.empty();
      if (!given.json) {
        print_row(row, limits, result);
        continue;
      }
      auto one = result.to_json();
      one["name"] = row.name;
      one["rates"] = limits.name;
      rows.push_back(std::move(one));
    }
  }
  if (given.json)
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"version", ASIO_CHAT_VERSION},
                                                                  {"seconds", given.seconds},
                                                                  {"rows", rows},
                                                                  {"met", met}}));
  return met || !given.check ? 0 : exit_run_failed;
}

std::string list_of_rows() {
  std::string all = "Storms:\n";
  for (const storm_row& row : storm_rows())
    all += fmt::format("  {:<18}{}\n", row.name, row.about);
  return all;
}

} // namespace

command storm_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "storm", "Measure what those inside and newcomers notice of hostile load, beside the same "
               "load on a sink");
  options->footer(list_of_rows() +
                  "The daemon's limits of strangers are on; its rates are on, then off.\n"
                  "Examples:\n  asio-chat-bench storm --check\n"
                  "  asio-chat-bench storm --scenario member-send --limits off\n"
                  "  asio-chat-bench storm --scenario offered --seconds 2 --scale 0.1");
  const auto given = std::make_shared<storm_options>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  std::vector<std::string> names;
  for (const storm_row& row : storm_rows())
    names.push_back(row.name);
  options->add_option("--scenario", given->scenarios, "Only this storm; may be repeated")
      ->check(CLI::IsMember(names))
      ->type_name("STORM")
      ->allow_extra_args(false);
  options->add_option("--limits", given->limits, "Whether rates are on")
      ->check(CLI::IsMember({"default", "off", "both"}))
      ->capture_default_str();
  options->add_option("--seconds", given->seconds, "Length of each run")
      ->check(between(0.5, 86'400.0))
      ->capture_default_str();
  options->add_option("--scale", given->scale, "A smaller storm: of everything that is counted")
      ->check(between(0.001, 1.0))
      ->capture_default_str();
  options->add_flag("--check", given->check, "Exit code 1 if a storm does not keep its numbers");
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
