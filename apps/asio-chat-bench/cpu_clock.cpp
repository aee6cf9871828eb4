#include "cpu_clock.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <cstring>

namespace asio_chat::bench {

cpu_clock::cpu_clock(pid_t process) {
  const int status = clock_getcpuclockid(process, &clock_);
  if (status != 0)
    throw setup_error(fmt::format("cannot read the processor time of process {}: {}", process,
                                  std::strerror(status)));
}

std::chrono::nanoseconds cpu_clock::now() const {
  timespec time{};
  if (clock_gettime(clock_, &time) != 0) throw run_error("the server ended while it was measured");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace asio_chat::bench
