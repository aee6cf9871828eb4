#include "ops/patient_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace asio_chat::ops {

namespace {

/// A record is shorter than PIPE_BUF: where there is room for one, this does not wait.
bool write_all(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

} // namespace

bool patient_sink::ready() const noexcept {
  pollfd p{descriptor_, POLLOUT, 0};
  return ::poll(&p, 1, 0) == 1 && (p.revents & (POLLOUT | POLLERR)) == POLLOUT;
}

void patient_sink::sink_it_(const spdlog::details::log_msg& record) {
  spdlog::memory_buf_t line;
  formatter_->format(record, line);
  if (!ready() || !write_all(descriptor_, {line.data(), line.size()})) ++lost_;
}

} // namespace asio_chat::ops
