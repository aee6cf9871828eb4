// The measurements of `peers`: scenarios by servers.
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
  load what;              ///< unless the scenario is about logins
  std::size_t logins = 0; ///< the number of connections of such a scenario
};

/// A server that takes part, and the way to start it.
struct contestant {
  std::string name;
  speech speaks = speech::text;
  bool ours = false;
  bool slow = false;
  std::size_t batch = 0;
  std::function<server_under_test()> start;
};

/// A run of one contestant: the figures of a load, or the cost of a login.
struct peers_run {
  std::optional<run_figures> figures;
  double login_us = 0;

  /// The figure that the ratios compare.
  double cost() const { return figures ? figures->cpu_per_million() : login_us; }
};

/// The runs of one contestant, by round. A round that failed is missing.
struct peers_result {
  std::map<unsigned, peers_run> runs;
  std::string failure; ///< why a round failed
};

/// All scenarios, small ones for `quick`.
std::vector<peers_scenario> all_scenarios(bool quick);

/// Returns the contestants. Throws setup_error if a peer was asked for by name and is not
/// installed; `missing` gets the other peers that are not.
std::vector<contestant> contestants_of(const peers_settings& given,
                                       std::vector<std::string>& missing);

/// Whether the contestant can run the scenario.
bool takes_part(const contestant& who, const peers_scenario& in);

/// The protocol of a scenario with asio-chatd: that of the bare loop for one room, and the native
/// one for many rooms and for logins.
speech spoken(const contestant& who, const peers_scenario& in);

/// Starts the server, measures once, and ends it.
peers_run measure(const contestant& who, const peers_scenario& in);

} // namespace asio_chat::bench
