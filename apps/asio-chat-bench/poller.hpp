#pragma once

#include "unique_fd.hpp"

#include <chrono>
#include <cstdint>

namespace asio_chat::bench {

/// A target that a poller wakes.
class poll_target {
 public:
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~poll_target() = default;
};

/// A level-triggered epoll. A target must outlive the turn in which it is removed.
class poller {
 public:
  poller();

  void add(int fd, std::uint32_t events, poll_target& target);
  void change(int fd, std::uint32_t events, poll_target& target);
  void remove(int fd);

  /// Wakes all targets that are ready; waits at most `time`, or until a signal, for the first.
  void turn(std::chrono::milliseconds time);

 private:
  unique_fd fd_;
};

} // namespace asio_chat::bench
