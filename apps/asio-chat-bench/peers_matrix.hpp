// What `peers` measures: scenarios by servers.
#pragma once

#include "pair_options.hpp"
#include "peer_programs.hpp"
#include "run.hpp"
#include "server_under_test.hpp"

#include <functional>
#include <map>
#include <optional>

namespace asio_chat::bench {

struct peers_settings : pair_settings {
  std::vector<std::string> only;      ///< keys of peers; empty: all that are installed
  std::vector<std::string> scenarios; ///< names; empty: all
  bool quick = false;
};

/// A row of the matrix.
struct peers_scenario {
  std::string name;
  load what;              ///< unless it is about logins
  std::size_t logins = 0; ///< so many connections
};

/// A server that takes part, and how it is started.
struct contestant {
  std::string name;
  speech speaks = speech::text;
  bool ours = false;
  bool slow = false;
  std::size_t batch = 0;
  std::function<server_under_test()> start;
};

/// A run of one contestant: the figures of a load, or what a login costs.
struct peers_run {
  std::optional<run_figures> figures;
  double login_us = 0;

  /// What the ratios are of.
  double cost() const { return figures ? figures->cpu_per_million() : login_us; }
};

/// The runs of one contestant, by round; a round that failed is not there.
struct peers_result {
  std::map<unsigned, peers_run> runs;
  std::string failure; ///< why a round failed
};

/// Every scenario there is, small for `quick`.
std::vector<peers_scenario> all_scenarios(bool quick);

/// What is to be measured; throws setup_error for a peer that is asked for and not installed.
/// `missing` gets those which nobody asked for by name.
std::vector<contestant> contestants_of(const peers_settings& given,
                                       std::vector<std::string>& missing);

/// Whether the scenario can be had with it.
bool takes_part(const contestant& who, const peers_scenario& in);

/// In one room ours speaks what the bare loop does; for many rooms and to log in the native
/// protocol.
speech spoken(const contestant& who, const peers_scenario& in);

/// Starts it, measures once, and ends it.
peers_run measure(const contestant& who, const peers_scenario& in);

} // namespace asio_chat::bench
