#pragma once

#include "latency_histogram.hpp"

#include <boost/json.hpp>

namespace asio_chat::bench {

/// The quantiles of many durations, in milliseconds.
struct latency_figures {
  explicit latency_figures(const latency_histogram& all)
      : median(milliseconds(all.quantile(0.5)))
      , p99(milliseconds(all.quantile(0.99)))
      , max(milliseconds(all.max())) {}

  boost::json::object to_json() const {
    return {{"median_ms", median}, {"p99_ms", p99}, {"max_ms", max}};
  }

  static double milliseconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }

  double median;
  double p99;
  double max;
};

/// Adds the duration of a call.
template <class Function>
void measure(latency_histogram& into, Function f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  into.add(std::chrono::steady_clock::now() - start);
}

} // namespace asio_chat::bench
