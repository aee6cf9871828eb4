// The exit codes of the program.
#pragma once

#include "base/standard_streams.hpp"

#include <asio_chat/client.hpp>

namespace asio_chat::app {

enum exit_code : int {
  exit_left = 0,          ///< left as it was asked to
  exit_no_connection = 1, ///< could not connect, or lost the connection
  exit_usage = 2,         ///< wrong options, or a file that cannot be used
  exit_not_trusted = 3,   ///< the server's certificate is not trusted
  exit_not_let_in = 4,    ///< passphrase, name, room or client certificate refused
  exit_refused = 5,       ///< left, but a line of the input was refused or not acknowledged
  exit_no_output = exit_output_failed, ///< standard output could not be written
  exit_hangup = 129,
  exit_interrupted = 130,
  exit_terminated = 143,
};

exit_code exit_code_of(const error_code& login_failure) noexcept;
exit_code exit_code_of(const close_reason& reason) noexcept;
/// Of what is told last.
exit_code exit_code_of(const disconnected& d) noexcept;

} // namespace asio_chat::app
