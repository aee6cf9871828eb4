#pragma once

#include "peers_matrix.hpp"
#include "report.hpp"

namespace asio_chat::bench {

/// One scenario and how each contestant did, in their order.
struct peers_table {
  const peers_scenario& scenario;
  const std::vector<contestant>& contestants;
  std::vector<peers_result> results;

  /// The costs of contestant `a` over those of `b`, round by round; none without a common round.
  std::optional<spread> ratio(std::size_t a, std::size_t b) const;

  /// In Markdown, as it stands in docs/performance.md.
  std::string markdown() const;
  boost::json::object to_json() const;

  /// `what: 3 lost, ...` on stderr for everybody whose deliveries were wrong; whether all is well
  /// and no round failed.
  bool report_failures() const;
};

} // namespace asio_chat::bench
