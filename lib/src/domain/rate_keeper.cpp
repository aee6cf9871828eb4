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

rate_keeper::rate_keeper(const rate_limits& limits, const clock& time, server_counters& counters,
                         held_endpoints& held,
                         std::function<void(const endpoint&, std::string)> alarm)
    : limits_(limits)
    , time_(time)
    , counters_(counters)
    , held_(held)
    , alarm_(std::move(alarm)) {}

rate rate_keeper::rate_of_address(rated kind) const {
  rate r = rate_of(limits_, kind);
  if (kind == rated::registrations) return r; // it is of an address by itself
  r.count *= limits_.times_per_address;       // 0: no limit
  return r;
}

std::optional<failure> rate_keeper::charge(endpoint& e, const request& r, const command_row* row) {
  const rated kind = row ? row->counts_for : rated::messages;
  if (kind == rated::nothing) return {};
  const bool paces_itself = row && row->paces_itself;
  const std::array draws{draw{kind,
                              kind == rated::messages && row ? static_cast<double>(row->cost) : 1.0,
                              paces_itself},
                         draw{rated::bytes, static_cast<double>(text_bytes(r))}};
  return charge(e, draws);
}

std::optional<failure> rate_keeper::charge(endpoint& e, rated kind) {
  const std::array draws{draw{kind, 1.0}};
  return charge(e, draws);
}

std::optional<failure> rate_keeper::charge(endpoint& e, std::span<const draw> draws) {
  allowances& own = e.of().allowed();
  allowances* shared = e.shared_allowances();
  excess worst;
  for (const draw& d : draws) {
    find_excess(worst, own, d, false);
    if (shared) find_excess(worst, *shared, d, true);
  }
  if (worst.wait > longest_wait || (draws.front().leaves_half && worst.wait.count() > 0)) {
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
  const double left = d.leaves_half ? static_cast<double>(r.count / 2) : 0.0;
  const auto wait = a[d.kind].wait_after(r, d.tokens + left, time_.now());
  if (wait > worst.wait) worst = {wait, d.kind, of_address};
}

void rate_keeper::take(allowances& a, const draw& d, bool of_address) {
  const rate r = of_address ? rate_of_address(d.kind) : rate_of(limits_, d.kind);
  a[d.kind].take(r, d.tokens, time_.now());
}

void rate_keeper::slow_down(endpoint& e, const excess& by) {
  const steady_time now = time_.now();
  ++counters_.slowed_requests;
  std::string what =
      by.of_address
          ? "too much comes from your address"
          : fmt::format("more than {}", asio_chat::describe(by.kind, rate_of(limits_, by.kind)));
  allowances& own = e.of().allowed();
  if (own.told_until <= now) {
    own.told_until = now + told_again_after;
    e.tell(reply{"",
                 "",
                 {fmt::format("{}: you are read more slowly, the next time in {} ms; nothing is "
                              "lost",
                              what, std::lround(std::ceil(by.wait.count() * 1000)))},
                 {}});
  }
  if (by.of_address) what = "too much comes from the address";
  if (alarm_) alarm_(e, fmt::format("is read more slowly: {}", what));
  held_.hold(e, by.wait, std::move(what));
}

bool rate_keeper::is_unused(const allowances& of_address) const {
  return std::ranges::all_of(all_kinds, [&](rated kind) {
    return of_address[kind].is_full(rate_of_address(kind), time_.now());
  });
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

} // namespace asio_chat
