// Runs a loop until something has happened.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace asio_chat::test {

/// The longest time that a test waits for something. Only a test that fails waits to its end, so it
/// is much longer than a slow and busy machine needs. No test measures it.
inline constexpr std::chrono::seconds patience{120};

/// Runs the loop until `done()` is true or the time is up. Returns whether it was done.
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
