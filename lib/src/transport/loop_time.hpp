// The time of a loop: clock and timers.
#pragma once

#include "base/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace asio_chat::transport {

/// The system's time, unless `set_time` has installed another. It lives as long as the loop. Like
/// Asio's own timers it belongs to the loop, so that a test can run clients and servers by a clock
/// that it moves (testing/manual_time.hpp). Look it up once and keep the reference.
time_source& time_of(boost::asio::io_context& context);

/// The same for what runs on an executor of its own, such as a strand: the timers call back there.
/// Keep it as long as anything made of it.
std::shared_ptr<time_source> time_on(const boost::asio::any_io_executor& executor);

/// Call it before anything has asked for the time of this loop.
void set_time(boost::asio::io_context& context, std::unique_ptr<time_source> time);

} // namespace asio_chat::transport
