#include "report.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace asio_chat::bench {

namespace {

constexpr std::string_view label_format = "{:<28}";
constexpr int column_width = 14;

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

template <int PerThousand>
double quantile(const run_figures& run) {
  return milliseconds(run.latency.quantile(PerThousand / 1000.0));
}

std::vector<double> values_of(const column& one, const std::vector<run_figures>& runs) {
  std::vector<double> values;
  for (const auto& run : runs)
    values.push_back(one.of(run));
  return values;
}

bool known(const column& one, const run_figures& run) {
  return one.key != "cpu_s_per_million" || run.server_cpu;
}

boost::json::object to_json(const violations& wrong) {
  return {{"lost", wrong.lost},       {"doubled", wrong.doubled}, {"reordered", wrong.reordered},
          {"damaged", wrong.damaged}, {"echoed", wrong.echoed},   {"strayed", wrong.strayed}};
}

} // namespace

spread::spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  low = values.front();
  high = values.back();
}

const std::vector<column>& columns() {
  static const std::vector<column> all{
      {"CPU s/million", "cpu_s_per_million", 3, [](auto& run) { return run.cpu_per_million(); }},
      {"deliveries/s", "deliveries_per_s", 0,
       [](auto& run) { return run.deliveries_per_second(); }},
      {"p50 ms", "latency_p50_ms", 3, quantile<500>},
      {"p99 ms", "latency_p99_ms", 3, quantile<990>},
      {"p99.9 ms", "latency_p99_9_ms", 3, quantile<999>},
      {"max ms", "latency_max_ms", 3, [](auto& run) { return milliseconds(run.latency.max()); }},
      {"per record", "deliveries_per_record", 1,
       [](auto& run) { return run.deliveries_per_record(); }},
      {"generator", "generator_load", 2, [](auto& run) { return run.generator_load(); }},
  };
  return all;
}

boost::json::object to_json(const load& what) {
  boost::json::object json{{"scenario", name_of(what.kind)},
                           {"protocol", name_of(what.speaks)},
                           {"rooms", what.rooms},
                           {"receivers", what.receivers},
                           {"size", what.size}};
  if (what.kind != scenario::paced) {
    json["messages"] = what.messages;
    json["window"] = what.window;
    json["batch"] = what.batch;
  } else {
    json["rate"] = what.rate;
    json["seconds"] = what.seconds;
  }
  return json;
}

boost::json::object to_json(const run_figures& run) {
  boost::json::object json{{"deliveries", run.deliveries}};
  for (const auto& one : columns())
    json[one.key] = known(one, run) ? boost::json::value(one.of(run)) : nullptr;
  json["violations"] = to_json(run.wrong);
  return json;
}

boost::json::object to_json(const spread& values) {
  return {{"median", values.median}, {"low", values.low}, {"high", values.high}};
}

boost::json::object summary_json(const std::vector<run_figures>& runs) {
  boost::json::object json;
  for (const auto& one : columns())
    if (known(one, runs.front())) json[one.key] = to_json(spread(values_of(one, runs)));
  return json;
}

std::string describe(const load& what) {
  const auto start =
      what.kind == scenario::rooms
          ? fmt::format("rooms: {} with 1 publisher and {} receivers each, ", what.rooms,
                        what.receivers)
          : fmt::format("{}: 1 publisher, {} receivers, ", name_of(what.kind), what.receivers);
  if (what.kind == scenario::paced)
    return start + fmt::format("{:g} messages/s of {} bytes for {:g} s", what.rate, what.size,
                               what.seconds);
  return start +
         fmt::format("{} messages of {} bytes, window {}", what.messages, what.size, what.window);
}

void print_titles() {
  fmt::print(label_format, "");
  for (const auto& one : columns())
    fmt::print("{:>{}}", one.title, column_width);
  fmt::print("\n");
}

void print_run(std::string_view label, const run_figures& run) {
  fmt::print(label_format, label);
  for (const auto& one : columns()) {
    if (known(one, run))
      fmt::print("{:>{}.{}f}", one.of(run), column_width, one.decimals);
    else
      fmt::print("{:>{}}", "-", column_width);
  }
  fmt::print("\n");
  flush_output();
}

void print_summary(std::string_view label, const std::vector<run_figures>& runs) {
  constexpr double spread::*rows[] = {&spread::median, &spread::low, &spread::high};
  constexpr std::string_view names[] = {"median", "lowest", "highest"};
  for (std::size_t row = 0; row < std::size(rows); ++row) {
    fmt::print(label_format, fmt::format("{}{}", label, names[row]));
    for (const auto& one : columns()) {
      if (known(one, runs.front()))
        fmt::print("{:>{}.{}f}", spread(values_of(one, runs)).*rows[row], column_width,
                   one.decimals);
      else
        fmt::print("{:>{}}", "-", column_width);
    }
    fmt::print("\n");
  }
}

bool report_violations(std::string_view what, const std::vector<run_figures>& runs) {
  violations all;
  for (const auto& run : runs)
    all += run.wrong;
  if (all.any())
    fmt::print(stderr, "asio-chat-bench: {}: wrong deliveries: {}\n", what, all.describe());
  return !all.any();
}

} // namespace asio_chat::bench
