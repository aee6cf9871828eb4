#include "domain/rate_keeper.hpp"

#include "domain/command_table.hpp"
#include "domain/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

namespace asio_chat {

namespace {

/// Of what a member says to others.
std::size_t text_bytes(const request& r) noexcept {
  if (const auto* said = std::get_if<requests::say>(&r.what)) return said->text.size();
  if (const auto* done = std::get_if<requests::act>(&r.what)) return done->text.size();
  if (const auto* told = std::get_if<requests::tell>(&r.what)) return told->text.size();
  return std::visit(
      [](const auto& what) -> std::size_t {
        if constexpr (std::is_base_of_v<requests::referring, std::decay_t<decltype(what)>>)
          return what.text.size();
        return 0;
      },
      r.what);
}

constexpr rated all_kinds[] = {rated::messages, rated::bytes,   rated::searches,     rated::history,
                               rated::joins,    rated::renames, rated::registrations};

std::string shown(std::chrono::milliseconds t) {
  return t.count() % 1000 == 0 ? fmt::format("{} s", t.count() / 1000)
                               : fmt::format("{} ms", t.count());
}

long whole_seconds(token_bucket::seconds t) {
  return std::max(1L, std::lround(std::ceil(t.count())));
}

} // namespace

std::string_view phrase_of(rated kind) noexcept {
  switch (kind) {
  case rated::messages:
    return "messages";
  case rated::bytes:
    return "bytes of messages";
  case rated::searches:
    return "searches";
  case rated::history:
    return "pages of history";
  case rated::joins:
    return "rooms to join";
  case rated::renames:
    return "new names";
  case rated::registrations:
    return "new accounts";
  case rated::nothing:
    break;
  }
  return "";
}

std::string describe(rated kind, const rate& r) {
  return fmt::format("{} {} in {}", r.count, phrase_of(kind), shown(r.per));
}

rate_keeper::rate_keeper(const rate_limits& limits, time_source& time, server_counters& counters,
                         std::function<endpoint*(std::uint64_t)> find)
    : limits_(limits)
    , time_(time)
    , counters_(counters)
    , find_(std::move(find))
    , timer_(time.make_timer()) {}

rate rate_keeper::rate_of_address(rated kind) const {
  rate r = rate_of(limits_, kind);
  if (kind != rated::registrations) r.count *= limits_.times_per_address;
  return r;
}

std::optional<failure> rate_keeper::charge(endpoint& e, const request& r, const command_row* row) {
  const rated kind = row ? row->counts_for : rated::messages;
  if (kind == rated::nothing) return {};
  const std::array draws{
      draw{kind, kind == rated::messages && row ? static_cast<double>(row->cost) : 1.0},
      draw{rated::bytes, static_cast<double>(text_bytes(r))}};
  allowances& own = e.of().allowed();
  allowances* shared = e.address_allowed_.get();
  excess worst;
  for (const draw& d : draws) {
    find_excess(worst, own, d, false);
    if (shared) find_excess(worst, *shared, d, true);
  }
  if (worst.wait > longest_wait) {
    ++counters_.rate_refusals;
    return fail(
        errc::not_available,
        fmt::format(
            "{}; try again in {} s",
            worst.of_address
                ? worst.kind == rated::registrations ? "many accounts were made from your address"
                                                     : "too much comes from your address"
                : fmt::format("you may have {}",
                              asio_chat::describe(worst.kind, rate_of(limits_, worst.kind))),
            whole_seconds(worst.wait)));
  }
  for (const draw& d : draws) {
    take(own, d, false);
    if (shared) take(*shared, d, true);
  }
  if (worst.wait.count() > 0) slow_down(e, worst);
  return {};
}

void rate_keeper::find_excess(excess& worst, allowances& a, const draw& d, bool of_address) const {
  const rate r = of_address ? rate_of_address(d.kind) : rate_of(limits_, d.kind);
  const auto wait = a[d.kind].wait_after(r, d.tokens, time_.now());
  if (wait > worst.wait) worst = {wait, d.kind, of_address};
}

void rate_keeper::take(allowances& a, const draw& d, bool of_address) {
  const rate r = of_address ? rate_of_address(d.kind) : rate_of(limits_, d.kind);
  a[d.kind].take(r, d.tokens, time_.now());
}

void rate_keeper::slow_down(endpoint& e, const excess& by) {
  const steady_time now = time_.now();
  ++counters_.slowed_requests;
  allowances& own = e.of().allowed();
  if (own.told_until <= now) {
    own.told_until = now + told_again_after;
    e.tell(reply{"",
                 "",
                 {fmt::format("{}: you are read more slowly, the next time in {} ms; nothing is "
                              "lost",
                              by.of_address ? "too much comes from your address"
                                            : fmt::format("more than {}",
                                                          asio_chat::describe(
                                                              by.kind, rate_of(limits_, by.kind))),
                              std::lround(std::ceil(by.wait.count() * 1000)))},
                 {}});
  }
  if (std::exchange(e.slowed_, true)) return;
  e.add_reason_to_hold();
  slowed_.emplace(now + std::chrono::ceil<std::chrono::milliseconds>(by.wait), e.number());
  wake_later();
}

void rate_keeper::wake_later() {
  timer_->wait_until(slowed_.begin()->first, [this] { wake(); });
}

void rate_keeper::wake() {
  const steady_time now = time_.now();
  while (!slowed_.empty() && slowed_.begin()->first <= now) {
    endpoint* e = find_(slowed_.begin()->second);
    slowed_.erase(slowed_.begin());
    if (!e) continue;
    e->slowed_ = false;
    e->drop_reason_to_hold();
  }
  if (!slowed_.empty()) wake_later();
}

std::shared_ptr<allowances> rate_keeper::of_address(const std::string& key) {
  if (key.empty() || limits_.times_per_address == 0) return nullptr;
  forget_some();
  if (addresses_.size() >= max_addresses && !addresses_.contains(key)) return nullptr;
  auto& found = addresses_[key];
  if (!found) found = std::make_shared<allowances>();
  return found;
}

void rate_keeper::forget_some() {
  // Two for each that comes: so there are never many more than there have to
  // be.
  for (int i = 0; i < 2 && !addresses_.empty(); ++i) {
    auto next = addresses_.upper_bound(looked_at_);
    if (next == addresses_.end()) next = addresses_.begin();
    looked_at_ = next->first;
    const bool is_used = next->second.use_count() > 1;
    const bool is_full = std::ranges::all_of(all_kinds, [&](rated kind) {
      return (*next->second)[kind].is_full(rate_of_address(kind), time_.now());
    });
    if (!is_used && is_full) addresses_.erase(next);
  }
}

std::vector<std::string> rate_keeper::describe(const endpoint& e) const {
  std::vector<std::string> lines;
  allowances& own = e.of().allowed();
  for (const rated kind : all_kinds) {
    const rate& r = rate_of(limits_, kind);
    if (r.count == 0) continue;
    lines.push_back(fmt::format("{}, {} left", asio_chat::describe(kind, r),
                                static_cast<std::uint64_t>(own[kind].left(r, time_.now()))));
  }
  if (limits_.times_per_address != 0)
    lines.push_back(fmt::format("all members of an address together: {} times as much",
                                limits_.times_per_address));
  return lines;
}

std::vector<std::string> rate_keeper::describe_held() const {
  constexpr std::size_t max_named = 50;
  std::string names;
  std::size_t named = 0;
  for (const auto& [until, number] : slowed_) {
    const endpoint* e = find_(number);
    if (!e || named == max_named) continue;
    ++named;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - time_.now());
    names += fmt::format("{}{} for {} ms", named == 1 ? " " : ", ", e->name(),
                         std::max(left, std::chrono::milliseconds(0)).count());
  }
  return {fmt::format("read more slowly now: {}{}{}; refused by a rate so far: {}", slowed_.size(),
                      names.empty() ? "" : ":", names, counters_.rate_refusals)};
}

} // namespace asio_chat
