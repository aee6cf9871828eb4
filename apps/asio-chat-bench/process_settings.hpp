// Settings of the process itself.
#pragma once

#include <cstddef>

namespace asio_chat::bench {

/// Raises the limit of open files to the most the system allows.
void allow_many_files();

/// That limit: what a program that is started from here may raise its own to.
std::size_t most_files();

/// Ignores SIGPIPE, and makes SIGINT and SIGTERM set `told_to_stop`.
void handle_signals();
bool told_to_stop();

/// Keeps this process on one core. Throws setup_error if there is no such core.
void pin_to_core(int core);

} // namespace asio_chat::bench
