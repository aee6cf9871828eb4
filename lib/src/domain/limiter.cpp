#include "domain/limiter.hpp"

#include "domain/endpoint.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace asio_chat {

namespace {

/// A refusal holds the connection for so long: whoever sends the same a thousand times is answered
/// each time, and nobody waits for it.
constexpr token_bucket::seconds pause_after_refusal{1};

bool is_on_now(rate_limits::use when, bool beyond_loopback) noexcept {
  return when == rate_limits::use::always ||
         (when == rate_limits::use::automatic && beyond_loopback);
}

} // namespace

std::string with_address(std::string_view name, std::string_view host) {
  const std::string address = host_text(host);
  return address.empty() ? std::string(name) : fmt::format("{} ({})", name, address);
}

limiter::timed::timed(time_source& t, const services& s)
    : time(t)
    , held(t, s.find)
    , alarms(t, s.alarm) {}

limiter::limiter(services s)
    : services_(std::move(s))
    , addresses_([this](const allowances& a) {
      const steady_time at = timed_->time.now();
      return (!rates_ || rates_->is_unused(a)) && a.names.is_full(now_.abuse.names, at);
    }) {}

void limiter::begin(const run_time_limits& configured, time_source& time, bool beyond_loopback) {
  configured_ = now_ = configured;
  beyond_loopback_ = beyond_loopback;
  timed_ = std::make_unique<timed>(time, services_);
  apply();
}

void limiter::listens_beyond_loopback() {
  beyond_loopback_ = true;
  apply();
}

void limiter::choose(const std::map<std::string, limit_choice, std::less<>>& set) {
  run_time_limits chosen = configured_;
  for (const auto& [name, choice] : set)
    if (const run_time_limit* row = find_run_time_limit(name))
      static_cast<void>(row->set(chosen, choice.value)); // what is no value now leaves it
  now_ = chosen;
  apply();
}

void limiter::apply() {
  if (!timed_) return;
  const auto alarm = [this](const endpoint& e, std::string what) {
    timed_->alarms.add(with_address(e.name(), e.host()), std::move(what));
  };
  if (!is_on_now(now_.rates.when, beyond_loopback_)) {
    rates_.reset();
  } else if (!rates_) {
    rates_ = std::make_unique<rate_keeper>(now_.rates, timed_->time, services_.counters,
                                           timed_->held, alarm);
  }
  if (!is_on_now(now_.abuse.when, beyond_loopback_)) {
    guard_.reset();
  } else if (!guard_) {
    guard_ = std::make_unique<abuse_guard>(now_.abuse, timed_->time, services_.bearer,
                                           services_.in_room, services_.receiver);
  }
}

std::optional<failure> limiter::judge(endpoint& e, const request& r, const command_row* row) {
  if (rates_)
    if (auto why = rates_->charge(e, r, row)) return why;
  if (!guard_ || !abuse_guard::is_judged(r) || services_.keeps_order(e, r)) return {};
  auto no = guard_->judge(e, r);
  if (!no) return {};
  timed_->held.hold(e, pause_after_refusal, no->what);
  return refuse(*std::move(no), with_address(e.name(), e.host()));
}

result<void> limiter::judge_new_name(const std::string& host, std::string_view name) {
  if (!guard_) return {};
  auto no = guard_->judge_name(addresses_.of(host).get());
  if (!no) return {};
  return refuse(*std::move(no), with_address(name, host));
}

failure limiter::refuse(abuse_guard::verdict no, std::string who) {
  ++services_.counters.abuse_refusals;
  timed_->alarms.add(std::move(who), std::move(no.what));
  return std::move(no.told);
}

void limiter::rest() {
  if (!timed_) return;
  timed_->held.rest();
  timed_->alarms.rest();
}

void limiter::tell(std::string who, std::string what) {
  if (timed_) timed_->alarms.add(std::move(who), std::move(what));
}

std::shared_ptr<allowances> limiter::of_address(const std::string& host) {
  // Whether or not limits are on: they may be before this member leaves.
  return timed_ ? addresses_.of(host) : nullptr;
}

std::vector<std::string> limiter::describe_held() const {
  if (!timed_) return {};
  return {fmt::format("{}; refused so far: {} by rates, {} by settings against abuse",
                      timed_->held.describe(), services_.counters.rate_refusals,
                      services_.counters.abuse_refusals)};
}

} // namespace asio_chat
