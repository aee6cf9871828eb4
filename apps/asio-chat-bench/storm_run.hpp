#pragma once

#include "server_under_test.hpp"
#include "storm_rows.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace asio_chat::bench {

struct storm_settings {
  std::string daemon; ///< its program
  std::vector<std::string> daemon_arguments;
  double seconds = 20;
  double scale = 1;
};

/// Which of its limits the daemon keeps. Those of strangers are always on.
struct storm_limits {
  std::string name;
  std::vector<std::string> daemon_arguments;
};
const std::vector<storm_limits>& all_storm_limits();

/// How the chat was while something went on.
struct chat_figures {
  double p99_ms = 0;
  double newcomer_ms = 0; ///< the slowest one
  std::size_t newcomers = 0;
  std::size_t failures = 0; ///< newcomers who did not get in
  std::string wrong;        ///< what became of those inside; empty: all is well
};

struct storm_result {
  chat_figures idle, sink, storm;
  std::int64_t growth = 0;     ///< of the daemon's memory, the most that was seen
  std::int64_t bytes_each = 0; ///< of it for each connection that is held
  std::string did;             ///< what the storm has done
  std::vector<std::string> missed;

  boost::json::object to_json() const;
};

/// The daemon as it is for this row.
server_under_test start_for(const storm_row& row, const storm_limits& limits,
                            const storm_settings& given);

storm_result run_storm(const storm_row& row, const storm_limits& limits,
                       const storm_settings& given);

} // namespace asio_chat::bench
