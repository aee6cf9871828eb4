#include "model/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

namespace asio_chat {

namespace {

struct unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr unit durations[] = {{"", 1000},    {"ms", 1},        {"s", 1000},
                              {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr unit sizes[] = {
    {"", 1}, {"k", 1u << 10}, {"K", 1u << 10}, {"M", 1u << 20}, {"G", 1u << 30}};
constexpr unit ones[] = {{"", 1}};

/// A number and its unit; nothing if it is none, the greatest number if it is beyond all.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const unit> units) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) return std::nullopt;
  const std::string_view suffix(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  const auto found = std::ranges::find(units, suffix, &unit::suffix);
  if (found == units.end()) return std::nullopt;
  constexpr auto greatest = std::numeric_limits<std::uint64_t>::max();
  if (error == std::errc::result_out_of_range || number > greatest / found->factor) return greatest;
  return number * found->factor;
}

bool is_never(std::string_view text) {
  return text == "0" || text == "never";
}

} // namespace

std::string duration_text(std::chrono::milliseconds t) {
  constexpr std::int64_t day = 86'400'000;
  const std::int64_t ms = t.count();
  if (ms == 0) return "0"; // as it is read where it means never
  if (ms > day && ms % day == 0) return fmt::format("{}d", ms / day);
  if (ms % 3'600'000 == 0) return fmt::format("{}h", ms / 3'600'000);
  if (ms % 60'000 == 0) return fmt::format("{}m", ms / 60'000);
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

std::string bytes_text(std::uint64_t bytes) {
  for (const unit& u : {unit{"G", 1u << 30}, unit{"M", 1u << 20}, unit{"k", 1u << 10}})
    if (bytes != 0 && bytes % u.factor == 0) return fmt::format("{}{}", bytes / u.factor, u.suffix);
  return std::to_string(bytes);
}

std::string rate_text(const rate& r, bool of_bytes) {
  if (r.count == 0) return "0";
  return fmt::format("{}/{}", of_bytes ? bytes_text(r.count) : std::to_string(r.count),
                     duration_text(r.per));
}

result<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                 std::chrono::milliseconds min,
                                                 std::chrono::milliseconds max) {
  const auto ms = parse_quantity(text, durations);
  if (!ms)
    return fail(errc::bad_setting, "is not a duration; give for example 300, 300s, 5m or 250ms");
  if (*ms < static_cast<std::uint64_t>(min.count()) ||
      *ms > static_cast<std::uint64_t>(max.count()))
    return fail(errc::bad_setting, fmt::format("is out of range; give a duration from {} to {}",
                                               duration_text(min), duration_text(max)));
  return std::chrono::milliseconds(*ms);
}

result<std::chrono::milliseconds> parse_duration_or_never(std::string_view text,
                                                          std::chrono::milliseconds min,
                                                          std::chrono::milliseconds max) {
  if (is_never(text)) return std::chrono::milliseconds(0);
  auto given = parse_duration(text, min, max);
  if (!given) return fail(errc::bad_setting, given.error().message + ", or 0 for never");
  return given;
}

result<std::uint64_t> parse_count(std::string_view text, std::uint64_t min, std::uint64_t max) {
  const auto number = parse_quantity(text, ones);
  if (!number || *number < min || *number > max)
    return fail(errc::bad_setting, fmt::format("is {}; give a whole number from {} to {}",
                                               number ? "out of range" : "not a number", min, max));
  return *number;
}

result<std::uint64_t> parse_count_or_never(std::string_view text, std::uint64_t max) {
  return is_never(text) ? result<std::uint64_t>(std::uint64_t{0}) : parse_count(text, 0, max);
}

result<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t min, std::uint64_t max) {
  const auto number = parse_quantity(text, sizes);
  if (!number)
    return fail(errc::bad_setting, "is not a number of bytes; give for example 65536, 64k or 4M");
  if (*number < min || *number > max)
    return fail(errc::bad_setting, fmt::format("is out of range; give {} to {} bytes", min, max));
  return *number;
}

result<std::uint64_t> parse_bytes_or_never(std::string_view text, std::uint64_t max) {
  return is_never(text) ? result<std::uint64_t>(std::uint64_t{0}) : parse_bytes(text, 0, max);
}

result<rate> parse_rate(std::string_view text) {
  using namespace std::chrono_literals;
  if (is_never(text)) return rate{};
  const auto slash = text.find('/');
  const auto count = parse_quantity(text.substr(0, slash), sizes);
  if (slash == std::string_view::npos || !count || *count < 1 || *count > 1'000'000'000'000)
    return fail(errc::bad_setting, "is not a rate; give for example 20/4s, 256k/4s, or 0 for none");
  const auto per = parse_duration(text.substr(slash + 1), 1ms, 24h);
  if (!per) return fail(errc::bad_setting, "has a time that " + per.error().message);
  return rate{*count, *per};
}

result<bool> parse_switch(std::string_view text) {
  for (const std::string_view yes : {"on", "true", "yes", "1"})
    if (text == yes) return true;
  for (const std::string_view no : {"off", "false", "no", "0"})
    if (text == no) return false;
  return fail(errc::bad_setting,
              "is neither on nor off; give on, off, true, false, yes, no, 1 or 0");
}

} // namespace asio_chat
