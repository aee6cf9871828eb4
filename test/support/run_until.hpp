// Waiting for what has to happen.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace asio_chat::test {

/// How long tests wait for what has to happen. Only a failure waits for its end: so it is much more
/// than the slowest machine that does something else as well needs, and no test measures it.
inline constexpr std::chrono::seconds patience{120};

/// Runs the loop until `done()` or the time is up; says whether it was done.
template <class Predicate>
bool run_until(boost::asio::io_context& context, Predicate done,
               std::chrono::milliseconds most = patience) {
  const auto end = std::chrono::steady_clock::now() + most;
  context.restart();
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    context.run_one_for(std::chrono::milliseconds(50));
    if (context.stopped()) context.restart();
  }
  return true;
}

} // namespace asio_chat::test
