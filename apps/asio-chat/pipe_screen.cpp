#include "pipe_screen.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

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
    gone_ = exit_left; // nobody reads on, as `head` does when it has enough: that is no failure
    return;
  }
  gone_ = exit_no_output;
  notice(
      fmt::format("cannot write to standard output: {}", std::generic_category().message(errno)));
}

void pipe_screen::notice(const std::string& line) {
  // A user who does not read stderr misses nothing that has to be heard.
  put(stderr, line);
}

} // namespace asio_chat::app
