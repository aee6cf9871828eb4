#pragma once

#include "load_options.hpp"
#include "report.hpp"

#include <string_view>
#include <vector>

namespace asio_chat::bench {

/// One load, and the silent members beside it.
struct growth_point {
  std::size_t value = 0; ///< of what grows
  load what;
  std::size_t rooms_elsewhere = 0;
  std::size_t members_elsewhere = 0;
};

/// One quantity that grows while all others stay the same.
struct growth_axis {
  std::string_view name;
  std::string_view title; ///< of the first column
  std::vector<growth_point> points;
};

/// @param deliveries of a run, about
/// @param quick without the largest
std::vector<growth_axis> growth_axes(std::size_t deliveries, bool quick);

/// The measurements at a point, several times.
struct growth_row {
  std::size_t value = 0;
  std::vector<run_figures> runs;

  spread cpu_per_million() const;
};

/// The measurements along an axis.
struct growth_table {
  std::string_view name;
  std::string_view title;
  std::vector<growth_row> rows;
};

/// Returns tables in Markdown.
std::string to_markdown(const growth_table& table);
boost::json::array to_json(const growth_table& table);

/// Returns the input of gnuplot: a panel for each table, with the CPU per delivery, lowest to
/// highest.
std::string to_gnuplot(const std::vector<growth_table>& tables);

} // namespace asio_chat::bench
