#include "ops/patient_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace asio_chat::ops {

namespace {

/// How much was written. A record is shorter than PIPE_BUF: where there is room for one, this does
/// not wait.
std::size_t write_all(int descriptor, std::string_view text) noexcept {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(descriptor, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<std::size_t>(n);
  }
  return written;
}

} // namespace

bool patient_sink::ready() const noexcept {
  pollfd p{descriptor_, POLLOUT, 0};
  return ::poll(&p, 1, 0) == 1 && (p.revents & (POLLOUT | POLLERR)) == POLLOUT;
}

void patient_sink::sink_it_(const spdlog::details::log_msg& record) {
  spdlog::memory_buf_t line;
  formatter_->format(record, line);
  if (!ready() || (torn_ && write_all(descriptor_, "\n") == 0)) {
    ++lost_;
    return;
  }
  const std::size_t written = write_all(descriptor_, {line.data(), line.size()});
  torn_ = written > 0 && written < line.size();
  if (written < line.size()) ++lost_;
}

} // namespace asio_chat::ops
