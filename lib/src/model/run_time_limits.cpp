#include "model/run_time_limits.hpp"

#include "model/quantity.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace asio_chat {

namespace {

using namespace std::chrono_literals;
using all_limits = run_time_limits;
using use = rate_limits::use;

constexpr std::size_t most_strangers = 10'000'000;
constexpr std::size_t most_members = 1'000'000;
constexpr std::uint64_t MiB = 1u << 20;

template <class Place, class Value>
result<void> store(Place& place, const result<Value>& value) {
  if (!value) return value.error();
  place = static_cast<Place>(*value);
  return {};
}

result<use> parse_use(std::string_view text) {
  if (text == "auto") return use::automatic;
  if (text == "on") return use::always;
  if (text == "off") return use::never;
  return fail(errc::bad_setting, "is not one of: auto, on, off");
}

std::string use_text(use u) {
  return u == use::automatic ? "auto" : u == use::always ? "on" : "off";
}

/// The value of `Part`, which is a member of `Group`, which is a member of all limits.
template <auto Group, auto Part>
constexpr run_time_limit row_of_rate(std::string_view name) {
  return {name,
          [](all_limits& l, std::string_view v) { return store(l.*Group.*Part, parse_rate(v)); },
          [](const all_limits& l) { return rate_text(l.*Group.*Part); }};
}

template <auto Group, auto Part, std::size_t Most>
constexpr run_time_limit row_of_count(std::string_view name) {
  return {name,
          [](all_limits& l, std::string_view v) {
            return store(l.*Group.*Part, parse_count_or_never(v, Most));
          },
          [](const all_limits& l) { return std::to_string(l.*Group.*Part); }};
}

template <auto Group>
constexpr run_time_limit row_of_use(std::string_view name) {
  return {name,
          [](all_limits& l, std::string_view v) { return store((l.*Group).when, parse_use(v)); },
          [](const all_limits& l) { return use_text((l.*Group).when); }};
}

constexpr auto rates = &all_limits::rates;
constexpr auto abuse = &all_limits::abuse;
constexpr auto admission = &all_limits::admission;

constexpr run_time_limit table[] = {
    row_of_use<rates>("rates"),
    row_of_rate<rates, &rate_limits::messages>("rate-messages"),
    {"rate-bytes",
     [](all_limits& l, std::string_view v) { return store(l.rates.bytes, parse_rate(v)); },
     [](const all_limits& l) { return rate_text(l.rates.bytes, true); }},
    row_of_rate<rates, &rate_limits::searches>("rate-searches"),
    row_of_rate<rates, &rate_limits::history>("rate-history"),
    row_of_rate<rates, &rate_limits::joins>("rate-joins"),
    row_of_rate<rates, &rate_limits::renames>("rate-renames"),
    row_of_rate<rates, &rate_limits::registrations>("rate-registrations"),
    row_of_count<rates, &rate_limits::times_per_address, most_members>("rate-address"),
    row_of_use<abuse>("abuse"),
    row_of_rate<abuse, &abuse_limits::repeats>("abuse-repeats"),
    row_of_count<abuse, &abuse_limits::mentions, most_members>("abuse-mentions"),
    row_of_rate<abuse, &abuse_limits::receivers>("abuse-receivers"),
    row_of_rate<abuse, &abuse_limits::names>("abuse-names"),
    {"newcomer-time",
     [](all_limits& l, std::string_view v) {
       return store(l.abuse.newcomer_time, parse_duration_or_never(v, 1s, 24h));
     },
     [](const all_limits& l) { return duration_text(l.abuse.newcomer_time); }},
    row_of_rate<abuse, &abuse_limits::newcomer_messages>("newcomer-messages"),
    row_of_count<abuse, &abuse_limits::guest_rooms, most_members>("guest-rooms"),
    {"guest-room-age",
     [](all_limits& l, std::string_view v) {
       return store(l.abuse.guest_room_age, parse_duration_or_never(v, 1h, 24h * 36'500));
     },
     [](const all_limits& l) { return duration_text(l.abuse.guest_room_age); }},
    row_of_count<admission, &admission_limits::strangers, most_strangers>("max-strangers"),
    row_of_count<admission, &admission_limits::handshakes, most_strangers>("max-handshakes"),
    row_of_count<admission, &admission_limits::per_address, most_strangers>(
        "strangers-per-address"),
    row_of_count<admission, &admission_limits::per_network, most_strangers>(
        "strangers-per-network"),
    {"strangers-memory",
     [](all_limits& l, std::string_view v) {
       return store(l.admission.bytes, parse_bytes(v, MiB, MiB << 20));
     },
     [](const all_limits& l) { return bytes_text(l.admission.bytes); }},
    {"max-penalty",
     [](all_limits& l, std::string_view v) {
       return store(l.admission.longest_penalty, parse_duration_or_never(v, 15s, 24h));
     },
     [](const all_limits& l) { return duration_text(l.admission.longest_penalty); }},
};

} // namespace

std::span<const run_time_limit> run_time_limit_table() noexcept {
  return table;
}

const run_time_limit* find_run_time_limit(std::string_view name) noexcept {
  const auto* found = std::ranges::find(table, name, &run_time_limit::name);
  return found == std::end(table) ? nullptr : found;
}

} // namespace asio_chat
