#include "ops/stop_signals.hpp"

#include <csignal>
#include <utility>

namespace asio_chat::ops {

stop_signals::stop_signals(boost::asio::io_context& context, on_stop stop)
    : signals_(context, SIGINT, SIGTERM) {
  signals_.async_wait([this, stop = std::move(stop)](boost::system::error_code error, int number) {
    if (error) return;
    signals_.clear();
    stop(number == SIGINT ? "SIGINT" : "SIGTERM");
  });
}

void stop_signals::release() {
  signals_.clear();
  signals_.cancel();
}

} // namespace asio_chat::ops
