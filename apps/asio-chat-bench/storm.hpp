// A storm: what hostile or many clients do to a server, as fast as they can.
#pragma once

#include "socket.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace asio_chat::bench {

class storm {
 public:
  virtual ~storm() = default;

  /// Does what has to stand before it begins, such as members who log in. A quiet time follows.
  virtual void prepare() {}
  /// Does what can be done now, and waits at most `time` for more.
  virtual void turn(std::chrono::milliseconds time) = 0;
  /// It is over. Throws run_error if the server did not do what it has to.
  virtual void finish() {}
  /// `12345 requests`
  virtual std::string describe() const = 0;
};

/// Where a storm comes from and goes to.
struct storm_front {
  endpoint server;
  std::string ca_file;
  /// Loopback addresses that it comes from, eight of each /24.
  std::size_t addresses = 1;
  /// There is no chat server, but something that takes all and says nothing.
  bool into_sink = false;

  /// The server, as it is reached from the `index`th of them.
  endpoint from(std::size_t index) const;
};

} // namespace asio_chat::bench
