#pragma once

#include <chrono>
#include <ctime>
#include <sys/types.h>

namespace asio_chat::bench {

/// The processor time that a process and the children it has now have used, all their threads
/// together, to the nanosecond.
class cpu_clock {
 public:
  /// Throws setup_error when there is no such process.
  explicit cpu_clock(pid_t process);

  std::chrono::nanoseconds now() const;

 private:
  pid_t process_;
};

/// The processor time of this process without its children.
std::chrono::nanoseconds own_cpu_time();

} // namespace asio_chat::bench
