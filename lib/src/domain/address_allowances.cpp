#include "domain/address_allowances.hpp"

#include <utility>

namespace asio_chat {

address_allowances::address_allowances(std::function<bool(const allowances&)> is_unused)
    : is_unused_(std::move(is_unused)) {}

std::shared_ptr<allowances> address_allowances::of(const std::string& key) {
  if (key.empty()) return nullptr;
  forget_some();
  if (addresses_.size() >= max_addresses && !addresses_.contains(key)) return nullptr;
  auto& found = addresses_[key];
  if (!found) found = std::make_shared<allowances>();
  return found;
}

void address_allowances::forget_some() {
  // Two for each that comes: so there are never many more than there have to
  // be.
  for (int i = 0; i < 2 && !addresses_.empty(); ++i) {
    auto next = addresses_.upper_bound(looked_at_);
    if (next == addresses_.end()) next = addresses_.begin();
    looked_at_ = next->first;
    const bool is_used = next->second.use_count() > 1;
    if (!is_used && is_unused_(*next->second)) addresses_.erase(next);
  }
}

} // namespace asio_chat
