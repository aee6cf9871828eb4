#include "peers_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio_chat::bench {

namespace {

std::vector<run_figures> figures_of(const peers_result& result) {
  std::vector<run_figures> all;
  for (const auto& [round, run] : result.runs)
    if (run.figures) all.push_back(*run.figures);
  return all;
}

std::string cell(const spread& all, int decimals) {
  return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", all.median, decimals, all.low, decimals,
                     all.high, decimals);
}

std::string cell(const std::optional<spread>& ratio) {
  return ratio ? cell(*ratio, 2) : "";
}

spread costs_of(const peers_result& result) {
  std::vector<double> all;
  for (const auto& [round, run] : result.runs)
    all.push_back(run.cost());
  return spread(std::move(all));
}

/// The figures of a load that the table shows; the others are in the JSON.
bool shown(const column& one) {
  return one.key == "cpu_s_per_million" || one.key == "deliveries_per_s" ||
         one.key == "latency_p50_ms" || one.key == "latency_p99_ms";
}

} // namespace

std::optional<spread> peers_table::ratio(std::size_t a, std::size_t b) const {
  std::vector<double> all;
  for (const auto& [round, run] : results[a].runs) {
    const auto other = results[b].runs.find(round);
    if (other != results[b].runs.end()) all.push_back(run.cost() / other->second.cost());
  }
  if (all.empty()) return std::nullopt;
  return spread(std::move(all));
}

std::string peers_table::markdown() const {
  const bool logins = scenario.logins > 0;
  std::string out = logins ? fmt::format("| {}: {} connections ", scenario.name, scenario.logins)
                           : fmt::format("| {} ", describe(scenario.what));
  std::size_t cells = 1;
  const auto add = [&](std::string_view text) {
    fmt::format_to(std::back_inserter(out), "| {} ", text);
    ++cells;
  };
  if (logins) add("CPU microseconds a login");
  for (const auto& one : columns())
    if (!logins && shown(one)) add(one.title);
  for (const auto& one : contestants)
    if (one.ours) add(one.name + " over it");
  out += "|\n";
  for (std::size_t i = 0; i < cells; ++i)
    out += "| --- ";
  out += "|\n";
  for (std::size_t who = 0; who < contestants.size(); ++who) {
    const auto& result = results[who];
    if (result.runs.empty() && result.failure.empty()) continue;
    fmt::format_to(std::back_inserter(out), "| {} ", contestants[who].name);
    if (result.runs.empty()) {
      fmt::format_to(std::back_inserter(out), "| failed: {} |\n", result.failure);
      continue;
    }
    if (logins) add(cell(costs_of(result), 0));
    for (const auto& one : columns()) {
      if (logins || !shown(one)) continue;
      std::vector<double> values;
      for (const auto& run : figures_of(result))
        values.push_back(one.of(run));
      const spread all(values);
      add(one.key == "cpu_s_per_million"
              ? cell(all, one.decimals)
              : fmt::format("{:.{}f}", all.median, std::min(one.decimals, 1)));
    }
    for (std::size_t ours = 0; ours < contestants.size(); ++ours)
      if (contestants[ours].ours) add(ours == who ? "" : cell(ratio(ours, who)));
    out += "|\n";
  }
  return out;
}

boost::json::object peers_table::to_json() const {
  boost::json::array servers;
  for (std::size_t who = 0; who < contestants.size(); ++who) {
    const auto& result = results[who];
    if (result.runs.empty() && result.failure.empty()) continue;
    boost::json::object one{{"name", contestants[who].name},
                            {"protocol", name_of(spoken(contestants[who], scenario))}};
    if (!result.failure.empty()) one["failure"] = result.failure;
    boost::json::array runs;
    for (const auto& [round, run] : result.runs)
      runs.push_back(run.figures ? bench::to_json(*run.figures)
                                 : boost::json::object{{"cpu_us_per_login", run.login_us}});
    one["runs"] = runs;
    if (!result.runs.empty()) one["cost"] = bench::to_json(costs_of(result));
    boost::json::object ratios;
    for (std::size_t ours = 0; ours < contestants.size(); ++ours)
      if (const auto all = ratio(ours, who); contestants[ours].ours && ours != who && all)
        ratios[contestants[ours].name] = bench::to_json(*all);
    one["ratios"] = ratios;
    servers.push_back(one);
  }
  boost::json::object json{{"scenario", scenario.name}, {"servers", servers}};
  if (scenario.logins > 0) {
    json["logins"] = scenario.logins;
  } else {
    auto load = bench::to_json(scenario.what);
    load.erase("protocol"); // each server has its own
    json["load"] = std::move(load);
  }
  return json;
}

bool peers_table::report_failures() const {
  bool well = true;
  for (std::size_t who = 0; who < contestants.size(); ++who) {
    const auto label = fmt::format("{}, {}", scenario.name, contestants[who].name);
    if (!report_violations(label, figures_of(results[who]))) well = false;
    if (results[who].failure.empty()) continue;
    fmt::print(stderr, "asio-chat-bench: {}: {}\n", label, results[who].failure);
    well = false;
  }
  return well;
}

} // namespace asio_chat::bench
