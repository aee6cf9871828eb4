// growth: what a delivery costs asio-chatd as receivers, messages, other rooms and other
// connections grow, one at a time.
#include "command.hpp"

#include "child_process.hpp"
#include "error.hpp"
#include "files.hpp"
#include "growth_axes.hpp"
#include "pair_options.hpp"
#include "process_settings.hpp"
#include "progress.hpp"
#include "quiet_members.hpp"
#include "server_under_test.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <thread>

namespace asio_chat::bench {

namespace {

struct growth_settings : core_settings {
  std::string daemon;
  std::vector<std::string> daemon_arguments;
  std::vector<std::string> axes;
  std::size_t deliveries = 2'000'000;
  unsigned repeat = 3;
  bool quick = false;
  bool json = false;
  std::string plot;
};

/// Runs gnuplot; what it draws goes to `picture`. Throws setup_error if it cannot.
void run_gnuplot(const std::string& argument, const std::filesystem::path& picture) {
  const temporary_directory scratch;
  const auto errors = scratch.path() / "errors";
  child_process gnuplot({"gnuplot", argument}, -1, picture, errors);
  while (gnuplot.running())
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto said = read_file(errors);
  if (!said.empty())
    throw setup_error(fmt::format("--plot needs gnuplot (Debian: gnuplot-nox): {}",
                                  said.substr(0, said.find('\n'))));
}

/// Throws setup_error if there will be no picture, before minutes of measuring.
void check_plot(const std::string& file) {
  run_gnuplot("--version", "/dev/null");
  if (!std::ofstream(file, std::ios::app))
    throw setup_error(
        fmt::format("--plot: '{}' cannot be written: {}", file, std::strerror(errno)));
}

void plot(const std::vector<growth_table>& tables, const std::string& file) {
  const temporary_directory scratch;
  const auto script = scratch.path() / "growth.gnuplot";
  std::ofstream(script) << to_gnuplot(tables);
  run_gnuplot(script, file);
}

growth_row measure(const growth_settings& given, const growth_point& point,
                   const std::string& label) {
  const auto server =
      server_under_test::daemon(given.daemon, given.daemon_arguments, given.server_cpu);
  const auto at = resolve(server.address());
  const quiet_members elsewhere(at, server.ca_file(), point.members_elsewhere,
                                point.rooms_elsewhere);
  fan_out_load people(at, server.ca_file(), shape_of(point.what));
  people.gather();
  const std::optional<cpu_clock> cpu(server.id());
  growth_row row{point.value, {}};
  while (row.runs.size() < given.repeat) {
    show_progress(label + ", run", row.runs.size(), given.repeat);
    row.runs.push_back(run_load(people, point.what, cpu));
  }
  show_progress(label + ", run", given.repeat, given.repeat);
  return row;
}

bool is_wanted(const growth_settings& given, const growth_axis& axis) {
  return given.axes.empty() ||
         std::find(given.axes.begin(), given.axes.end(), axis.name) != given.axes.end();
}

int run_command(const growth_settings& given) {
  check_daemon(given.daemon);
  if (!given.plot.empty()) check_plot(given.plot);
  if (given.generator_cpu >= 0) pin_to_core(given.generator_cpu);
  std::vector<growth_table> tables;
  bool clean = true;
  for (const auto& axis : growth_axes(given.deliveries, given.quick)) {
    if (!is_wanted(given, axis)) continue;
    growth_table table{axis.name, axis.title, {}};
    for (const auto& point : axis.points) {
      const auto label = fmt::format("{} {}", axis.title, point.value);
      table.rows.push_back(measure(given, point, label));
      clean = report_violations(label, table.rows.back().runs) && clean;
    }
    if (!given.json) fmt::print("{}{}", tables.empty() ? "" : "\n", to_markdown(table));
    flush_output();
    tables.push_back(std::move(table));
  }
  if (given.json) {
    boost::json::object all{{"version", ASIO_CHAT_VERSION}, {"clean", clean}};
    for (const auto& table : tables)
      all[table.name] = to_json(table);
    fmt::print("{}\n", boost::json::serialize(all));
  }
  if (!given.plot.empty()) plot(tables, given.plot);
  return clean ? 0 : exit_run_failed;
}

} // namespace

command growth_command(CLI::App& program) {
  auto* options = program.add_subcommand(
      "growth", "Measure what a delivery costs asio-chatd as receivers, message size, rooms and "
                "connections grow, and print tables in Markdown");
  options->footer("Examples:\n  asio-chat-bench growth --plot growth.svg\n"
                  "  asio-chat-bench growth --axis rooms --axis connections --quick");
  const auto given = std::make_shared<growth_settings>();
  add_daemon_option(*options, given->daemon);
  add_daemon_arguments(*options, given->daemon_arguments);
  options->add_option("--axis", given->axes, "Only this; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"receivers", "size", "rooms", "connections"}))
      ->type_name("NAME");
  options->add_option("--deliveries", given->deliveries, "Deliveries of a run, about")
      ->check(between(std::size_t{1'000}, std::size_t{1'000'000'000}))
      ->capture_default_str();
  options->add_option("--repeat", given->repeat, "Runs at each point")
      ->check(between(1, 1000))
      ->capture_default_str();
  options->add_flag("--quick", given->quick,
                    "Up to 100 receivers and rooms and 200 connections instead of 10,000");
  options->add_option("--plot", given->plot, "Draw the tables to this SVG file, with gnuplot");
  add_core_options(*options, *given);
  options->add_flag("--json", given->json, "Print one JSON document");
  return {options, [given] { return run_command(*given); }};
}

} // namespace asio_chat::bench
