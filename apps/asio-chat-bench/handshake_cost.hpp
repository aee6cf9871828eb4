#pragma once

#include "server_under_test.hpp"

#include <boost/json.hpp>

#include <string_view>
#include <vector>

namespace asio_chat::bench {

struct handshake_load {
  unsigned count = 2'000;
  bool resumed = false; ///< by a ticket, which the server then has to give
};

/// The measurements of one run.
struct handshake_figures {
  double cpu_us = 0; ///< microseconds of the server's processor time for one handshake
};

/// One client after the other connects, makes the handshake and closes. Throws run_error if the
/// server does not resume a session where it should.
handshake_figures measure_handshakes(const server_under_test& server, const handshake_load& what);

// As report.hpp has them for deliveries.
boost::json::object to_json(const handshake_load& what);
boost::json::object to_json(const handshake_figures& run);
boost::json::object summary_json(const std::vector<handshake_figures>& runs);
std::string describe(const handshake_load& what);
void print_run(std::string_view label, const handshake_figures& run);
void print_summary(std::string_view label, const std::vector<handshake_figures>& runs);

} // namespace asio_chat::bench
