// Ctrl-C and what service managers send.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <string_view>

namespace asio_chat::ops {

/// Calls a function at the first SIGINT or SIGTERM. From then on these signals do what they
/// do to any program, so that a second one ends the process at once, however busy its loop is.
class stop_signals {
 public:
  using on_stop = std::function<void(std::string_view signal_name)>;

  stop_signals(boost::asio::io_context& context, on_stop stop);

  /// Calls no more: the program stops for another reason.
  void release();

 private:
  boost::asio::signal_set signals_;
};

} // namespace asio_chat::ops
