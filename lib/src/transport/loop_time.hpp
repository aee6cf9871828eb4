// The time that a loop lives by.
#pragma once

#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace asio_chat::transport {

/// The system's, unless `set_time` has given the loop another. It lives as long as the loop. Like
/// Asio's own timers it belongs to the loop, so that what is built on the public API can be run by
/// a clock that a test moves (test/support/manual_time.hpp). Look it up once and keep the
/// reference.
time_source& time_of(boost::asio::io_context& context);

/// Before anything has asked for the time of this loop.
void set_time(boost::asio::io_context& context, std::unique_ptr<time_source> time);

} // namespace asio_chat::transport
