#include "accounts/login_delays.hpp"

#include <algorithm>

namespace asio_chat {

std::chrono::seconds login_delays::wait_for(const std::string& key) const {
  const auto found = keys_.find(key);
  if (found == keys_.end() || time_.now() >= found->second.until) return std::chrono::seconds(0);
  return std::chrono::ceil<std::chrono::seconds>(found->second.until - time_.now());
}

void login_delays::failed(const std::string& key) {
  forget_old();
  record& r = keys_[key];
  if (r.failures > 0) by_age_.erase({r.last, key});
  r.last = time_.now();
  by_age_.emplace(r.last, key);
  if (++r.failures <= free_failures_) return;
  constexpr std::size_t max_doublings = 10;
  const auto doublings = std::min(r.failures - free_failures_ - 1, max_doublings);
  r.until = r.last + std::min(longest, std::chrono::seconds(std::int64_t{2} << doublings));
}

void login_delays::succeeded(const std::string& key) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return;
  by_age_.erase({found->second.last, key});
  keys_.erase(found);
}

void login_delays::forget_old() {
  while (!by_age_.empty()) {
    const auto& [last, key] = *by_age_.begin();
    if (keys_.size() < max_keys && time_.now() - last < forgotten_after) return;
    keys_.erase(key);
    by_age_.erase(by_age_.begin());
  }
}

} // namespace asio_chat
