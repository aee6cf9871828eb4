#pragma once

#include <chrono>
#include <ctime>
#include <sys/types.h>

namespace asio_chat::bench {

/// The processor time that a process has used, all its threads together, to the nanosecond.
class cpu_clock {
 public:
  /// Throws setup_error when there is no such process.
  explicit cpu_clock(pid_t process);

  std::chrono::nanoseconds now() const;

 private:
  clockid_t clock_;
};

} // namespace asio_chat::bench
