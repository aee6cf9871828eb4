// Reports of measured figures, for people and for programs.
#pragma once

#include "run.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::bench {

/// The median of several values, and their range.
struct spread {
  explicit spread(std::vector<double> values);
  double median = 0;
  double low = 0;
  double high = 0;
};

/// One column of a table and one member of the JSON.
struct column {
  std::string_view title;
  std::string_view key;
  int decimals;
  double (*of)(const run_figures&);
};

/// All figures of a run, in the order in which they are shown.
const std::vector<column>& columns();

boost::json::object to_json(const load& what);
boost::json::object to_json(const run_figures& run);
boost::json::object to_json(const spread& values);
boost::json::object summary_json(const std::vector<run_figures>& runs);

/// `flood: 1 publisher, 100 receivers, ...`
std::string describe(const load& what);

/// Prints the titles, then `label` and the figures of a run, then the summary, as a table.
void print_titles();
void print_run(std::string_view label, const run_figures& run);
void print_summary(std::string_view label, const std::vector<run_figures>& runs);

/// `what: 3 lost, ...` on stderr for every run that was not clean; whether all were.
bool report_violations(std::string_view what, const std::vector<run_figures>& runs);

} // namespace asio_chat::bench
