#include "ops/setting_value.hpp"

#include "base/host_port.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

namespace asio_chat::ops {

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

std::string duration_text(std::uint64_t ms) {
  constexpr std::uint64_t day = 86'400'000;
  if (ms > day && ms % day == 0) return fmt::format("{}d", ms / day);
  if (ms % 3'600'000 == 0) return fmt::format("{}h", ms / 3'600'000);
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

/// `300.1.1.1`, `127.1`: no address that is written out, and no name either.
bool is_wrong_ipv4(std::string_view host) {
  if (!ends_in_number(host)) return false;
  error_code not_an_address;
  boost::asio::ip::make_address_v4(std::string(host), not_an_address);
  return not_an_address.failed();
}

bool is_ipv6(std::string_view host) {
  error_code not_an_address;
  boost::asio::ip::make_address_v6(std::string(host), not_an_address);
  return !not_an_address.failed();
}

bool is_never(std::string_view text) {
  return text == "0" || text == "never";
}

} // namespace

result<listen_address> parse_address(std::string_view text) {
  constexpr std::string_view right =
      "is not HOST:PORT; give for example 127.0.0.1:8443, [::1]:8443 or localhost:0";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(errc::bad_setting, std::string(right));
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool brackets = is_in_brackets(host);
  host = without_brackets(host);
  if (host.empty() || host.find_first_of("[] \t") != std::string_view::npos)
    return fail(errc::bad_setting, std::string(right));
  if (!brackets && host.find(':') != std::string_view::npos)
    return fail(errc::bad_setting, "is not HOST:PORT; an IPv6 address stands in brackets, as in "
                                   "[::1]:8443");
  if (brackets ? !is_ipv6(host) : is_wrong_ipv4(host))
    return fail(errc::bad_setting, "is not HOST:PORT: its host is no address; give for example "
                                   "127.0.0.1:8443, [::1]:8443 or localhost:0");
  const auto number = parse_count(port, 0, 65535);
  if (!number)
    return fail(errc::bad_setting, "needs a port after the last colon: a number from 0 (any "
                                   "free one) to 65535");
  return listen_address{std::string(host), static_cast<std::uint16_t>(*number)};
}

bool is_loopback(const listen_address& a) {
  if (a.host == "localhost") return true;
  error_code not_an_address;
  const auto address = boost::asio::ip::make_address(a.host, not_an_address);
  return !not_an_address && address.is_loopback();
}

result<listen_address> parse_loopback_address(std::string_view text) {
  auto address = parse_address(text);
  if (address && !is_loopback(*address))
    return fail(errc::bad_setting, "is no loopback address; give for example 127.0.0.1:9080, "
                                   "[::1]:9080 or localhost:0");
  return address;
}

result<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                 std::chrono::milliseconds min,
                                                 std::chrono::milliseconds max) {
  const auto ms = parse_quantity(text, durations);
  if (!ms)
    return fail(errc::bad_setting, "is not a duration; give for example 300, 300s, 5m or 250ms");
  const auto low = static_cast<std::uint64_t>(min.count());
  const auto high = static_cast<std::uint64_t>(max.count());
  if (*ms < low || *ms > high)
    return fail(errc::bad_setting, fmt::format("is out of range; give a duration from {} to {}",
                                               duration_text(low), duration_text(high)));
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

} // namespace asio_chat::ops
