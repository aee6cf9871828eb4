// The time of a loop: clock and timers.
#pragma once

#include "base/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <concepts>
#include <memory>
#include <utility>

namespace asio_chat::transport {

/// The system's time, unless `set_time` has installed another. It lives as long as the loop. Like
/// Asio's own timers it belongs to the loop, so that a test can run clients and servers by a clock
/// that it moves (testing/manual_time.hpp). Look it up once and keep the reference.
time_source& time_of(boost::asio::io_context& context);

/// The same for what runs on an executor of its own, such as a strand: the timers call back there.
/// Keep it as long as anything made of it.
std::shared_ptr<time_source> time_on(const boost::asio::any_io_executor& executor);

/// Where something runs, and by which time.
struct loop {
  template <std::convertible_to<boost::asio::any_io_executor> Executor>
  loop(const Executor& on)
      : loop(on, nullptr) {}
  /// @param by null: that of the executor's context
  loop(boost::asio::any_io_executor on, std::shared_ptr<time_source> by)
      : executor(std::move(on))
      , time(by ? std::move(by) : time_on(executor)) {}

  boost::asio::any_io_executor executor;
  std::shared_ptr<time_source> time;
};

/// Call it before anything has asked for the time of this loop.
void set_time(boost::asio::io_context& context, std::unique_ptr<time_source> time);

} // namespace asio_chat::transport
