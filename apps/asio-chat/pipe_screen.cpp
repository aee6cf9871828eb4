#include "pipe_screen.hpp"

#include "base/standard_streams.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace asio_chat::app {

namespace {

/// Standard error may be the same terminal or socket as standard input, and not block.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd ready{STDERR_FILENO, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return; // the reader has gone
    }
  }
}

} // namespace

pipe_screen::pipe_screen(boost::asio::io_context& context)
    : out_(context, STDOUT_FILENO) {
  out_.on_progress([this] {
    look_at_output();
    made_room();
  });
}

void pipe_screen::chat(const std::string& line) {
  out_.put(line + "\n");
  look_at_output();
}

void pipe_screen::look_at_output() {
  if (gone_ || out_.error() == 0) return;
  if (out_.error() == EPIPE) {
    gone_ = exit_left; // a reader that has enough, such as `head`, is no failure
    return;
  }
  gone_ = exit_no_output;
  complain("asio-chat", output_failure(out_.error()).c_str());
}

void pipe_screen::notice(const std::string& line) {
  write_to_stderr(line + "\n");
}

} // namespace asio_chat::app
