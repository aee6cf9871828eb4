#include "net/penalties.hpp"

#include <algorithm>

namespace asio_chat::net {

using namespace std::chrono_literals;

std::chrono::seconds penalties::cost_of(offence o) {
  switch (o) {
  case offence::none:
    return 0s;
  case offence::left:
    return 1s;
  case offence::tls:
    return 3s;
  case offence::login:
    return 5s;
  case offence::protocol:
  case offence::deadline:
    break;
  }
  return 10s;
}

std::chrono::milliseconds penalties::add(const address_key& host, offence o) {
  if (longest_.count() == 0 || o == offence::none) return 0ms;
  forget_old();
  const steady_time now = time_.now();
  if (hosts_.size() >= max_hosts && !hosts_.contains(host)) {
    hosts_.erase(by_end_.begin()->second);
    by_end_.erase(by_end_.begin());
  }
  record& r = hosts_[host];
  // What it began before it was refused is no reason to wait longer.
  if (r.refused_until > now) return 0ms;
  r.debt_until = std::max(r.debt_until, now) + cost_of(o);
  if (r.debt_until - now < enforced_from) {
    remember_until(host, r, std::max(r.forgotten_at, r.debt_until + forgotten_after));
    return 0ms;
  }
  constexpr unsigned max_doublings = 16;
  const auto refused = std::min<std::chrono::milliseconds>(
      enforced_from * (1u << std::min(r.times, max_doublings)), longest_);
  ++r.times;
  r.debt_until = now;
  r.refused_until = now + refused;
  remember_until(host, r, r.refused_until + forgotten_after);
  return refused;
}

bool penalties::is_refused(const address_key& host) {
  if (hosts_.empty() || longest_.count() == 0) return false;
  const auto found = hosts_.find(host);
  return found != hosts_.end() && found->second.refused_until > time_.now();
}

std::size_t penalties::refused_hosts() const {
  if (longest_.count() == 0) return 0;
  const steady_time now = time_.now();
  return static_cast<std::size_t>(std::count_if(
      hosts_.begin(), hosts_.end(), [now](const auto& h) { return h.second.refused_until > now; }));
}

std::vector<std::pair<address_key, std::chrono::milliseconds>>
penalties::refused(std::size_t max) const {
  std::vector<std::pair<address_key, std::chrono::milliseconds>> some;
  const steady_time now = time_.now();
  for (const auto& [host, r] : hosts_) {
    if (some.size() == max || longest_.count() == 0) break;
    if (r.refused_until > now)
      some.emplace_back(host, std::chrono::ceil<std::chrono::milliseconds>(r.refused_until - now));
  }
  return some;
}

void penalties::forget_old() {
  const steady_time now = time_.now();
  while (!by_end_.empty() && by_end_.begin()->first <= now) {
    hosts_.erase(by_end_.begin()->second);
    by_end_.erase(by_end_.begin());
  }
}

void penalties::remember_until(const address_key& host, record& r, steady_time t) {
  by_end_.erase({r.forgotten_at, host});
  r.forgotten_at = t;
  by_end_.emplace(t, host);
}

} // namespace asio_chat::net
