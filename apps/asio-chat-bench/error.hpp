// The two ways a command fails, and the exit codes they become.
#pragma once

#include <stdexcept>

namespace asio_chat::bench {

/// The run could not start (a wrong argument, a missing file, nobody listening): exit code 2.
struct setup_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The run started and did not hold: exit code 1.
struct run_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr int exit_run_failed = 1;
inline constexpr int exit_setup_failed = 2;

} // namespace asio_chat::bench
