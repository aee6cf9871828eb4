#include "domain/held_endpoints.hpp"

#include "domain/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace asio_chat {

held_endpoints::held_endpoints(time_source& time, std::function<endpoint*(std::uint64_t)> find)
    : time_(time)
    , find_(std::move(find))
    , timer_(time.make_timer()) {}

void held_endpoints::hold(endpoint& e, token_bucket::seconds wait, std::string why) {
  if (std::exchange(e.slowed_, true)) return;
  e.add_reason_to_hold();
  until_.emplace(time_.now() + std::chrono::ceil<std::chrono::milliseconds>(wait),
                 held{e.number(), std::move(why)});
  wake_later();
}

void held_endpoints::wake_later() {
  if (timer_) timer_->wait_until(until_.begin()->first, [this] { wake(); });
}

void held_endpoints::wake() {
  const steady_time now = time_.now();
  while (!until_.empty() && until_.begin()->first <= now) {
    endpoint* e = find_(until_.begin()->second.number);
    until_.erase(until_.begin());
    if (!e) continue;
    e->slowed_ = false;
    e->drop_reason_to_hold();
  }
  if (!until_.empty()) wake_later();
}

std::string held_endpoints::describe() const {
  constexpr std::size_t max_named = 50;
  std::string names;
  std::size_t named = 0;
  for (const auto& [until, one] : until_) {
    const endpoint* e = find_(one.number);
    if (!e || named == max_named) continue;
    ++named;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - time_.now());
    names += fmt::format("{}{} for {} ms ({})", named == 1 ? " " : ", ", e->name(),
                         std::max(left, std::chrono::milliseconds(0)).count(), one.why);
  }
  return fmt::format("read more slowly now: {}{}{}", until_.size(), names.empty() ? "" : ":",
                     names);
}

} // namespace asio_chat
