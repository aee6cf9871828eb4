#pragma once

#include "load_options.hpp"
#include "report.hpp"

#include <string_view>
#include <vector>

namespace asio_chat::bench {

/// One load, and who else is there and says nothing.
struct growth_point {
  std::size_t value = 0; ///< of what grows
  load what;
  std::size_t rooms_elsewhere = 0;
  std::size_t members_elsewhere = 0;
};

/// One thing that grows while all else stays as it is.
struct growth_axis {
  std::string_view name;
  std::string_view title; ///< of the first column
  std::vector<growth_point> points;
};

/// @param deliveries of a run, about
/// @param quick without the largest
std::vector<growth_axis> growth_axes(std::size_t deliveries, bool quick);

/// What was measured at a point, several times.
struct growth_row {
  std::size_t value = 0;
  std::vector<run_figures> runs;

  spread cpu_per_million() const;
};

/// What was measured along an axis.
struct growth_table {
  std::string_view name;
  std::string_view title;
  std::vector<growth_row> rows;
};

/// Tables in Markdown.
std::string to_markdown(const growth_table& table);
boost::json::array to_json(const growth_table& table);

/// What gnuplot draws: a panel for each table, CPU per delivery, lowest to highest.
std::string to_gnuplot(const std::vector<growth_table>& tables);

} // namespace asio_chat::bench
