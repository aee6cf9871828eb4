// The storms of the table in docs/performance.md, and what is to be reached in each.
#pragma once

#include "storm.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::bench {

struct storm_row {
  std::string name;
  std::string about;
  /// @param scale from above 0 to 1: of how many connections, readers or logins a second
  std::function<std::unique_ptr<storm>(const storm_front&, double scale)> make;
  std::size_t addresses = 1;
  bool tls_sink = true; ///< otherwise the sink accepts, and no more
  /// Rates of members play a part in it: it is run with them and without.
  bool has_rates = false;
  std::vector<std::string> daemon_arguments;
  /// A newcomer from another network has said something by then.
  std::optional<std::chrono::milliseconds> newcomer_within;
  /// What the daemon may grow by.
  std::int64_t max_growth = std::int64_t{64} << 20;
  /// So many connections are held, and each may cost so much; 0: does not matter.
  std::size_t held = 0;
  std::int64_t max_bytes_each = 0;
  /// Under so many connected clients the daemon is restarted; 0: it is not. Instead of `make`.
  std::size_t clients = 0;
  std::size_t accounts = 0; ///< `member-0` and so on, with `storm_password`
};

const std::vector<storm_row>& storm_rows();

} // namespace asio_chat::bench
