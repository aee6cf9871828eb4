#include "growth_axes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

namespace {

constexpr std::size_t usual_receivers = 100;
constexpr std::size_t usual_size = 128;
constexpr std::size_t members_of_a_quiet_room = 100;
constexpr std::size_t rooms_of_a_quiet_member = 50; // a server bounds how many a member may open
/// What may be under way to a receiver: less than --outbox-pause, from where on it is a slow one.
constexpr std::size_t window_bytes = 240 * 1024;
constexpr std::size_t bytes_around_a_text = 24; // length, and the author's name
constexpr std::size_t fewest_messages = 500;
constexpr std::size_t max_bytes = 512; // longer messages are fewer

load flood_of(std::size_t receivers, std::size_t size, std::size_t deliveries) {
  load what;
  what.receivers = receivers;
  what.size = size;
  what.window = window_bytes / (size + bytes_around_a_text);
  what.messages =
      std::max(fewest_messages, deliveries / receivers * max_bytes / std::max(size, max_bytes));
  return what;
}

std::string cell(const column& one, const growth_row& row) {
  std::vector<double> values;
  for (const auto& run : row.runs)
    values.push_back(one.of(run));
  return fmt::format("{:.{}f}", spread(values).median, one.decimals);
}

} // namespace

std::vector<growth_axis> growth_axes(std::size_t deliveries, bool quick) {
  const std::size_t largest = quick ? 100 : 10'000;
  const auto usual = flood_of(usual_receivers, usual_size, deliveries);
  growth_axis receivers{"receivers", "receivers", {}};
  for (std::size_t n = 10; n <= largest; n *= 10)
    receivers.points.push_back({n, flood_of(n, usual_size, deliveries), 0, 0});
  growth_axis sizes{"size", "bytes of a message", {}};
  for (const std::size_t n : std::initializer_list<std::size_t>{64, 128, 512, 2'048, 8'000})
    sizes.points.push_back({n, flood_of(usual_receivers, n, deliveries), 0, 0});
  growth_axis rooms{"rooms", "rooms", {}};
  for (std::size_t n = 1; n <= largest; n *= 10)
    rooms.points.push_back(
        {n, usual, n - 1, (n - 1 + rooms_of_a_quiet_member - 1) / rooms_of_a_quiet_member});
  const auto present = usual_receivers + 1; // and the publisher
  growth_axis connections{"connections", "connections", {{present, usual, 0, 0}}};
  for (std::size_t n = quick ? 200 : 1'000; n <= 2 * largest; n *= 10) {
    const auto elsewhere = n - present;
    connections.points.push_back({n, usual, elsewhere / members_of_a_quiet_room + 1, elsewhere});
  }
  return {receivers, sizes, rooms, connections};
}

spread growth_row::cpu_per_million() const {
  std::vector<double> values;
  for (const auto& run : runs)
    values.push_back(run.cpu_per_million());
  return spread(values);
}

std::string to_markdown(const growth_table& table) {
  std::string made = fmt::format("| {} |", table.title);
  for (const auto& one : columns())
    made += fmt::format(" {} |", one.title);
  made += "\n|";
  for (std::size_t i = 0; i <= columns().size(); ++i)
    made += " ---: |";
  for (const auto& row : table.rows) {
    const auto cpu = row.cpu_per_million();
    made += fmt::format("\n| {} | {:.3f} ({:.3f} to {:.3f}) |", row.value, cpu.median, cpu.low,
                        cpu.high);
    for (auto one = columns().begin() + 1; one != columns().end(); ++one)
      made += fmt::format(" {} |", cell(*one, row));
  }
  return made + "\n";
}

boost::json::array to_json(const growth_table& table) {
  boost::json::array rows;
  for (const auto& row : table.rows) {
    auto one = summary_json(row.runs);
    one["value"] = row.value;
    rows.push_back(std::move(one));
  }
  return rows;
}

std::string to_gnuplot(const std::vector<growth_table>& tables) {
  std::string made = fmt::format("set terminal svg size 1000,{} dynamic background rgb 'white'\n"
                                 "set multiplot layout {},2\n"
                                 "set logscale x 10\n"
                                 "set yrange [0:*]\n"
                                 "set ylabel 'CPU s per million deliveries'\n"
                                 "set grid\n"
                                 "unset key\n",
                                 (tables.size() + 1) / 2 * 350, (tables.size() + 1) / 2);
  for (const auto& table : tables) {
    made += fmt::format("set xlabel '{}'\n"
                        "plot '-' using 1:2:3:4 with yerrorlines pointtype 7 linewidth 2\n",
                        table.title);
    for (const auto& row : table.rows) {
      const auto cpu = row.cpu_per_million();
      made += fmt::format("{} {} {} {}\n", row.value, cpu.median, cpu.low, cpu.high);
    }
    made += "e\n";
  }
  return made + "unset multiplot\n";
}

} // namespace asio_chat::bench
