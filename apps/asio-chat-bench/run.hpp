#pragma once

#include "cpu_clock.hpp"
#include "crowd.hpp"
#include "load_options.hpp"

#include <optional>

namespace asio_chat::bench {

/// What one run of a load measured.
struct run_figures {
  std::uint64_t deliveries = 0;
  std::uint64_t records = 0;
  std::chrono::nanoseconds elapsed{};
  std::optional<std::chrono::nanoseconds> server_cpu; ///< when the server's process is known
  std::chrono::nanoseconds generator_cpu{};
  latency_histogram latency;
  violations wrong;

  /// Seconds of the server's processor time for a million deliveries.
  double cpu_per_million() const;
  double deliveries_per_second() const;
  double deliveries_per_record() const;

  /// The share of a core that the generator itself used: near 1 it is what limits the rate.
  double generator_load() const;
};

/// The members that a load needs.
crowd_shape shape_of(const load& what);

/// Runs a load once with a gathered crowd.
run_figures run_load(crowd& people, const load& what, const std::optional<cpu_clock>& server);

} // namespace asio_chat::bench
