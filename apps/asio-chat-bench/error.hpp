// The two ways in which a command fails, and their exit codes.
#pragma once

#include <stdexcept>

namespace asio_chat::bench {

/// The run could not start (a wrong argument, a missing file, no server): exit code 2.
struct setup_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The run started and failed: exit code 1.
struct run_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr int exit_run_failed = 1;
inline constexpr int exit_setup_failed = 2;

} // namespace asio_chat::bench
