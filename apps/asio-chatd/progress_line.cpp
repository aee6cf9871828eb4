#include "progress_line.hpp"

#include <fmt/format.h>

#include <cstdio>

#include <unistd.h>

namespace {

constexpr std::chrono::milliseconds interval{200};
constexpr const char* erase_line = "\r\x1b[K";

} // namespace

progress_line::progress_line()
    : is_shown_(::isatty(STDERR_FILENO) == 1) {}

progress_line::~progress_line() {
  if (is_shown_) fmt::print(stderr, "{}", erase_line);
}

void progress_line::show(std::string_view doing, std::uint64_t done, std::uint64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_shown_ || now < next_) return;
  next_ = now + interval;
  if (total == 0) {
    fmt::print(stderr, "{}{} ...", erase_line, doing);
  } else {
    fmt::print(stderr, "{}{}: {} of {} ({} %)", erase_line, doing, done, total, done * 100 / total);
  }
  std::fflush(stderr);
}
