#include "process_settings.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstddef>
#include <sched.h>
#include <sys/resource.h>

namespace asio_chat::bench {

namespace {

volatile std::sig_atomic_t stop_asked = 0;

} // namespace

void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

std::size_t most_files() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

void handle_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  action.sa_handler = [](int) { stop_asked = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool told_to_stop() {
  return stop_asked != 0;
}

void pin_to_core(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (core >= 0 && core < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(core), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0)
    throw setup_error(fmt::format("core {} is not available to this process; choose others with "
                                  "--server-cpu and --generator-cpu (see nproc)",
                                  core));
}

} // namespace asio_chat::bench
