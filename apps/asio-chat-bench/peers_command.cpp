// peers: asio-chatd and servers of others in turn, all over TLS with one suite, in one run.
#include "command.hpp"

#include "error.hpp"
#include "peers_table.hpp"
#include "process_settings.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace asio_chat::bench {

namespace {

template <class List, class Name>
std::vector<std::string> names(const List& all, Name name) {
  std::vector<std::string> found;
  for (const auto& one : all)
    found.push_back(name(one));
  return found;
}

void show(const std::string& label, const peers_run& run) {
  if (run.figures) return print_run(label, *run.figures);
  fmt::print("{:<30}{:>8.0f} microseconds of CPU a login\n", label, run.login_us);
  flush_output();
}

/// A peer that fails is a line of the table and does not end the others.
void measure_into(peers_result& result, const contestant& who, const peers_scenario& in,
                  unsigned round, bool print) {
  const auto label = fmt::format("{} {}", round + 1, who.name);
  try {
    const auto run = measure(who, in);
    result.runs.emplace(round, run);
    if (print) show(label, run);
  } catch (const std::exception& error) {
    if (told_to_stop()) throw;
    result.failure = error.what();
    if (print) fmt::print("{}: {}\n", label, error.what());
  }
}

peers_table run_scenario(const peers_scenario& in, const std::vector<contestant>& all,
                         const peers_settings& given) {
  peers_table table{in, all, std::vector<peers_result>(all.size())};
  if (!given.json) {
    fmt::print("{}\n", in.logins > 0 ? in.name : fmt::format("{}, {}", in.name, describe(in.what)));
    if (in.logins == 0) print_titles();
  }
  for (unsigned round = 0; round < given.pairs; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      // There and back: who comes first in one round comes last in the next.
      const auto who = round % 2 == 0 ? i : all.size() - 1 - i;
      if (takes_part(all[who], in))
        measure_into(table.results[who], all[who], in, round, !given.json);
    }
  }
  if (!given.json) fmt::print("\n{}\n", table.markdown());
  return table;
}

int run_command(const peers_settings& given) {
  check_daemon(given.daemon);
  std::vector<std::string> missing;
  const auto all = contestants_of(given, missing);
  if (given.generator_cpu >= 0) pin_to_core(given.generator_cpu);
  if (!given.json)
    for (const auto& one : missing)
      fmt::print("{}\n", one);
  bool well = true;
  boost::json::array tables;
  for (const auto& one : all_scenarios(given.quick)) {
    if (!given.scenarios.empty() && std::ranges::count(given.scenarios, one.name) == 0) continue;
    const auto table = run_scenario(one, all, given);
    tables.push_back(table.to_json());
    if (!table.report_failures()) well = false;
  }
  if (given.json)
    fmt::print("{}\n", boost::json::serialize(
                           boost::json::object{{"version", ASIO_CHAT_VERSION},
                                               {"rounds", given.pairs},
                                               {"scenarios", tables},
                                               {"missing", boost::json::value_from(missing)},
                                               {"clean", well}}));
  return well ? 0 : exit_run_failed;
}

} // namespace

command peers_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "peers", "Measure asio-chatd, the bare loop and servers of others in turn; those that are "
               "installed of NATS, Redis, InspIRCd, ngIRCd and Mosquitto");
  options->footer("Examples:\n  asio-chat-bench peers\n"
                  "  asio-chat-bench peers --only nats --scenario flood-100 --pairs 7\n"
                  "  asio-chat-bench peers --quick --json");
  const auto given = std::make_shared<peers_settings>();
  options->add_option("--only", given->only, "Of the peers only this one; may be repeated")
      ->check(CLI::IsMember(names(peer_programs(), [](auto& one) { return one.key; })))
      ->allow_extra_args(false);
  options->add_option("--scenario", given->scenarios, "Only this scenario; may be repeated")
      ->check(CLI::IsMember(names(all_scenarios(false), [](auto& one) { return one.name; })))
      ->allow_extra_args(false);
  options->add_flag("--quick", given->quick,
                    "Small loads, and one round unless --pairs is given: does everything work?");
  add_pair_options(*options, *given);
  return {options, [given, options] {
            if (given->quick && options->count("--pairs") == 0) given->pairs = 1;
            return run_command(*given);
          }};
}

} // namespace asio_chat::bench
