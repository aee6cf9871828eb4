#pragma once

#include "cpu_clock.hpp"
#include "fan_out_load.hpp"
#include "load_options.hpp"

#include <optional>

namespace asio_chat::bench {

/// The measurements of one run of a load.
struct run_figures {
  std::uint64_t deliveries = 0;
  std::uint64_t records = 0;
  std::chrono::nanoseconds elapsed{};
  std::optional<std::chrono::nanoseconds> server_cpu; ///< when the server's process is known
  std::chrono::nanoseconds generator_cpu{};
  latency_histogram latency;
  violations wrong;

  /// The server's processor time for a million deliveries, in seconds.
  double cpu_per_million() const;
  double deliveries_per_second() const;
  double deliveries_per_record() const;

  /// The share of a core that the generator used. Near 1 the generator limits the rate.
  double generator_load() const;
};

/// The members that a load needs.
fan_out_shape shape_of(const load& what);

/// Runs a load once with connections that stand.
run_figures run_load(fan_out_load& people, const load& what,
                     const std::optional<cpu_clock>& server);

} // namespace asio_chat::bench
