#include "progress.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace asio_chat::bench {

void show_progress(std::string_view doing, std::size_t done, std::size_t all) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r{} {}/{}{}", doing, done, all, done == all ? "\r\033[K" : "");
  std::fflush(stderr);
}

} // namespace asio_chat::bench
