// What the process asks of the system for itself.
#pragma once

namespace asio_chat::bench {

/// Raises the limit of open files to the most the system allows.
void allow_many_files();

/// SIGPIPE is ignored; SIGINT and SIGTERM make `told_to_stop` true.
void handle_signals();
bool told_to_stop();

/// Keeps this process on one core; throws setup_error when it has no such core.
void pin_to_core(int core);

} // namespace asio_chat::bench
