#include "pipe_screen.hpp"

#include "base/standard_streams.hpp"

#include <cerrno>
#include <cstdio>

namespace asio_chat::app {

namespace {

bool put(std::FILE* out, const std::string& line) {
  return std::fwrite(line.data(), 1, line.size(), out) == line.size() &&
         std::fputc('\n', out) != EOF && std::fflush(out) == 0;
}

} // namespace

void pipe_screen::chat(const std::string& line) {
  if (gone_ || put(stdout, line)) return;
  if (errno == EPIPE) {
    gone_ = exit_left; // a reader that has enough, such as `head`, is no failure
    return;
  }
  gone_ = exit_no_output;
  complain("asio-chat", output_failure(errno).c_str());
}

void pipe_screen::notice(const std::string& line) {
  // Notices on stderr may be lost.
  put(stderr, line);
}

} // namespace asio_chat::app
