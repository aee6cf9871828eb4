#include "net/expirations.hpp"

#include <algorithm>

namespace asio_chat::net {

namespace {
// A steady clock cannot count much further, and no certificate is meant to last longer.
constexpr std::chrono::milliseconds longest = std::chrono::years(100);
// The second in which something ends belongs to its time.
constexpr std::chrono::seconds last_second{1};
} // namespace

void expirations::watch(admitted& a, std::chrono::sys_seconds until) {
  a.unlink();
  if (until == no_end) return;
  const auto left = std::min<std::chrono::milliseconds>(until - time_.wall_now(), longest);
  a.over_ = time_.now() + left + last_second;
  waiting_.insert(a);
}

bool expirations::visit() {
  const steady_time now = time_.now();
  std::size_t count = 0;
  for (; count < max_judged && !waiting_.empty(); ++count) {
    admitted& a = *waiting_.begin();
    if (now < a.over_) return false;
    a.unlink();
    a.judge();
  }
  return count == max_judged;
}

} // namespace asio_chat::net
